// Turns what the trainer announces into rows for a sink.
#pragma once

#include <vector>

#include "net/parameter_layout.hpp"
#include "net/settings.hpp"
#include "probe/rows.hpp"
#include "probe/settings.hpp"
#include "train/observer.hpp"

namespace plumb::probe {

class HistoryProbe final : public train::Observer {
 public:
  /// sink: nullptr on ranks that store nothing. layout and sink must outlive the probe.
  HistoryProbe(RecordSettings settings, const net::ParameterLayout& layout,
               net::Activation activation, std::size_t batch, RowSink* sink);

  [[nodiscard]] bool measures(std::uint64_t step) const override;
  [[nodiscard]] bool snapshots(std::uint64_t step) const override;
  void on_step(const train::StepReport& report) override;
  void on_snapshot(const train::SnapshotReport& report) override;
  void on_timing(std::span<const train::StepTiming> timings) override;
  void on_evaluation(const train::EvaluationReport& report) override;

 private:
  RecordSettings settings_;
  const net::ParameterLayout& layout_;
  net::Activation activation_;
  std::size_t batch_;
  RowSink* sink_;
};

/// "hidden_1", "hidden_2", ..., "output"
std::vector<std::string> layer_names(std::size_t layers);

}  // namespace plumb::probe
