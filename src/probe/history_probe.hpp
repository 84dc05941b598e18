// Turns what the trainer announces into rows for a sink.
#pragma once

#include <cstdint>
#include <vector>

#include "history/quantities.hpp"
#include "history/rows.hpp"
#include "net/network.hpp"
#include "net/parameter_layout.hpp"
#include "train/observer.hpp"

namespace plumb::probe {

/// What a study says about recording.
struct RecordSettings {
  std::uint64_t every = 1;                    // record every n-th step, from step 0
  std::uint64_t histogram_every = 10;         // exponent histograms of every n-th step
  bool buckets = false;                       // also when each gradient bucket travelled
  std::vector<std::uint64_t> snapshot_steps;  // steps whose batch, weights and gradients are kept
};

/// What the probe needs to know of the network it watches.
struct NetworkInfo {
  std::vector<net::Stage> stages;          // the rows of a history
  std::vector<net::LayerShape> shapes;     // of each row's parameters
  std::vector<history::LayerFacts> facts;  // of each row
  net::ParameterLayout layout;
  net::NetworkSettings network;
  std::size_t inputs = 0;
  std::size_t batch = 1;
  std::size_t slice = 1;
};

NetworkInfo make_network_info(const net::NetworkSettings& network, const net::ProblemShape& problem,
                              net::Loss loss, std::size_t batch, std::size_t slice);

class HistoryProbe final : public train::Observer {
 public:
  /// sink: nullptr on ranks that store nothing. It must outlive the probe.
  HistoryProbe(RecordSettings settings, NetworkInfo info, history::RowSink* sink);

  [[nodiscard]] bool measures(std::uint64_t step) const override;
  [[nodiscard]] bool counts(std::uint64_t step) const override;
  [[nodiscard]] bool snapshots(std::uint64_t step) const override;
  void on_step(const history::StepReport& report) override;
  void on_snapshot(const train::SnapshotReport& report) override;
  void on_timing(std::span<const history::StepTiming> timings) override;
  void on_evaluation(const history::Evaluation& evaluation) override;

 private:
  void add_noise(const history::StepReport& report);
  void write_row(const history::StepReport& report);

  RecordSettings settings_;
  NetworkInfo info_;
  history::RowSink* sink_;
  std::vector<history::NoiseScale> noise_;  // of each row
  history::NoiseScale total_noise_;         // of all weights
};

/// x, y, W1, b1, ..., dW1, db1, ... as views into the report's blocks, by the names of the layout's
/// tensors. inputs: input features per sample.
history::Snapshot name_arrays(const train::SnapshotReport& report,
                              const net::ParameterLayout& layout, std::size_t inputs);

/// The same arrays without their values, to tell how large a snapshot would be. wide: in float64;
/// values: the targets are numbers to be predicted.
history::Snapshot shapes_of_arrays(const net::ParameterLayout& layout, std::size_t samples,
                                   std::size_t inputs, bool wide, bool values);

}  // namespace plumb::probe
