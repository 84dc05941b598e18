// Turns what the trainer announces into rows for a sink.
#pragma once

#include <memory>
#include <vector>

#include "history/noise_scale.hpp"
#include "history/rows.hpp"
#include "net/network.hpp"
#include "probe/settings.hpp"
#include "train/observer.hpp"

namespace plumb::probe {

/// What the probe needs to know of the network it watches.
struct Subject {
  std::vector<net::Stage> stages;       // the rows of a history
  std::vector<net::LayerShape> shapes;  // of each row's parameters
  std::vector<double> pivots;           // of each row's activation sums
  net::ParameterLayout layout;
  net::NetworkSettings network;
  std::size_t inputs = 0;
  std::size_t batch = 1;
  std::size_t slice = 1;
};

Subject make_subject(const net::NetworkSettings& network, const net::ProblemShape& problem,
                     net::Loss loss, std::size_t batch, std::size_t slice);

class HistoryProbe final : public train::Observer {
 public:
  /// sink: nullptr on ranks that store nothing. It must outlive the probe.
  HistoryProbe(RecordSettings settings, Subject subject, history::RowSink* sink);

  [[nodiscard]] bool measures(std::uint64_t step) const override;
  [[nodiscard]] bool counts(std::uint64_t step) const override;
  [[nodiscard]] bool snapshots(std::uint64_t step) const override;
  void on_step(const train::StepReport& report) override;
  void on_snapshot(const train::SnapshotReport& report) override;
  void on_timing(std::span<const train::StepTiming> timings) override;
  void on_evaluation(const train::Evaluation& evaluation) override;

 private:
  void write_row(const train::StepReport& report);
  void write_histograms(const train::StepReport& report);

  RecordSettings settings_;
  Subject subject_;
  history::RowSink* sink_;
  std::vector<history::NoiseScale> noise_;  // of each row
  history::NoiseScale total_noise_;         // of all weights
};

}  // namespace plumb::probe
