// A small history with a value of its own in every place.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "record/history_writer.hpp"

namespace plumb::testing {

inline constexpr std::size_t kSampleLayers = 3;

inline record::HistoryHeader sample_header() {
  record::HistoryHeader header;
  header.layers = {{"hidden_1", 4, 3, 15}, {"hidden_2", 3, 3, 12}, {"output", 3, 2, 8}};
  header.model = {
      {"activation", std::string("sigmoid")}, {"depth", std::int64_t{2}}, {"weight_variance", 1.5}};
  header.toml = "[network]\ndepth = 2  # ∇\n";
  header.resolved_json =
      R"({"network.depth": 2, "network.width": 3, "network.activation": "sigmoid",)"
      R"( "network.init": "glorot"})";
  header.provenance_json = R"({"version": "0.1.0", "layout": {"ranks": 1, "threads": 2}})";
  return header;
}

/// Column `c` of layer `l` at `step`, all different.
inline double sample_value(std::int64_t step, std::size_t layer, int column) {
  return 0.1 + 1000.0 * static_cast<double>(step) + 100.0 * static_cast<double>(layer) + column;
}

inline probe::LayerRow sample_layer(std::int64_t step, std::size_t layer) {
  const auto value = [&](int column) { return sample_value(step, layer, column); };
  return {value(0),  value(1),  value(2),  value(3), value(4),
          value(5),  value(6),  value(7),  value(8), static_cast<std::int64_t>(value(9)),
          value(10), value(11), value(12), value(13)};
}

inline probe::StepRow sample_row(std::int64_t step) {
  probe::StepRow row{step, 2.0 / static_cast<double>(1 + step), 0.25, 0.5, {}};
  for (std::size_t layer = 0; layer < kSampleLayers; ++layer) {
    row.layers.push_back(sample_layer(step, layer));
  }
  return row;
}

inline probe::TimingRow sample_timing(std::int64_t step) {
  probe::TimingRow row;
  row.step = step;
  for (std::size_t p = 0; p < probe::kPhases; ++p) {
    row.seconds[p] = 1e-3 * static_cast<double>(p + 1) + static_cast<double>(step);
  }
  return row;
}

/// A finished history of steps 0 .. steps-1.
inline void write_sample_history(const std::filesystem::path& path, std::int64_t steps,
                                 const record::HistoryHeader& header = sample_header()) {
  record::HistoryWriter writer(path, header, false);
  for (std::int64_t step = 0; step < steps; ++step) {
    writer.write(sample_row(step));
    const probe::TimingRow timing = sample_timing(step);
    writer.write_timing({&timing, 1});
  }
  writer.write_evaluation({steps, 0.75, 0.5});
  writer.finish({"completed", -1});
}

}  // namespace plumb::testing
