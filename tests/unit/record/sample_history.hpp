// A small history with a value of its own in every place.
#pragma once

#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "record/history_writer.hpp"

namespace plumb::testing {

inline constexpr std::size_t kSampleLayers = 3;

inline history::HistoryHeader sample_header() {
  history::HistoryHeader header;
  header.layers = {{"hidden_1", 4, 3, 15}, {"hidden_2", 3, 3, 12}, {"output", 3, 2, 8}};
  header.model = {{"family", std::string("mlp")},
                  {"activation", std::string("sigmoid")},
                  {"depth", std::int64_t{2}},
                  {"weight_variance", 1.5}};
  header.theory.delta_rms_ratio = {0.375, 0.5, std::numeric_limits<double>::quiet_NaN()};
  header.theory.attributes = {{"q_star", 0.264687},
                              {"chi_1", std::numeric_limits<double>::quiet_NaN()},
                              {"assumptions", std::string("independent weights, large width")}};
  header.toml = "[network]\ndepth = 2  # ∇\n";
  header.resolved_json =
      R"({"network.depth": 2, "network.width": 3, "network.activation": "sigmoid",)"
      R"( "network.init": "glorot"})";
  header.provenance_json = R"({"version": "0.1.0", "layout": {"ranks": 1, "threads": 2}})";
  return header;
}

/// Column `c` of layer `l` at `step`, all different.
inline double sample_value(std::uint64_t step, std::size_t layer, int column) {
  return 0.1 + 1000.0 * static_cast<double>(step) + 100.0 * static_cast<double>(layer) + column;
}

inline history::StepRow sample_row(std::uint64_t step) {
  const auto s = static_cast<double>(step);
  history::StepRow row(step, kSampleLayers);
  row.values = {2.0 / (1 + s), 0.25, 0.5, 3.0 + s, 0.75, 1024, 50 + s};
  for (std::size_t layer = 0; layer < kSampleLayers; ++layer) {
    for (std::size_t c = 0; c < row.layers[layer].size(); ++c) {
      row.layers[layer][c] = sample_value(step, layer, static_cast<int>(c));
    }
  }
  return row;
}

/// Exponent e of a layer of `column` (0 weight_gradient, 1 delta) at `step`: mostly nothing, and
/// more than an int holds now and then.
inline std::uint64_t sample_count(std::uint64_t step, std::size_t layer, int column, int exponent) {
  if (exponent % 25 != 0) return 0;
  const auto value = sample_value(step, layer, column) + exponent + 150;
  return (exponent == 0 ? std::uint64_t{1} << 60 : 0) + static_cast<std::uint64_t>(value);
}

inline history::HistogramRow sample_histograms(std::uint64_t step) {
  history::HistogramRow row{step, std::vector<history::LayerHistograms>(kSampleLayers)};
  for (std::size_t layer = 0; layer < kSampleLayers; ++layer) {
    for (int e = core::kLowestExponent; e <= core::kHighestExponent; ++e) {
      const auto place = static_cast<std::size_t>(e - core::kLowestExponent);
      row.layers[layer].weight_gradient[place] = sample_count(step, layer, 0, e);
      row.layers[layer].delta[place] = sample_count(step, layer, 1, e);
    }
  }
  return row;
}

inline history::StepTiming sample_timing(std::uint64_t step) {
  history::StepTiming row;
  row.step = step;
  for (std::size_t p = 0; p < std::size(history::kPhases); ++p) {
    row.seconds[p] = 1e-3 * static_cast<double>(p + 1) + static_cast<double>(step);
  }
  return row;
}

inline constexpr std::size_t kSampleBuckets = 2;

/// With buckets of the output layer with the second hidden one, and of the first.
inline history::HistoryHeader sample_header_with_buckets() {
  history::HistoryHeader header = sample_header();
  header.buckets = {{80, 2, 3}, {60, 1, 1}};
  return header;
}

/// A value of its own in every place, too.
inline history::StepTiming sample_buckets(std::uint64_t step) {
  history::StepTiming row{step, {}, std::vector<history::BucketTimes>(kSampleBuckets)};
  for (std::size_t b = 0; b < kSampleBuckets; ++b) {
    const double start = static_cast<double>(step) + 0.25 * static_cast<double>(b);
    row.buckets[b] = {start, start + 0.125, start + 0.0625};
  }
  return row;
}

/// A finished history of steps 0 .. steps-1, with histograms of the even ones, and the times of
/// buckets where the header has two.
inline void write_sample_history(const std::filesystem::path& path, std::uint64_t steps,
                                 const history::HistoryHeader& header = sample_header()) {
  record::HistoryWriter writer(path, header, false);
  for (std::uint64_t step = 0; step < steps; ++step) {
    writer.write(sample_row(step));
    if (step % 2 == 0) writer.write_histograms(sample_histograms(step));
    const history::StepTiming timing = sample_timing(step);
    writer.write_timing({&timing, 1});
    const history::StepTiming buckets = sample_buckets(step);
    if (!header.buckets.empty()) writer.write_buckets({&buckets, 1});
  }
  writer.write_evaluation({steps, 0.75, 0.5});
  writer.finish({"completed", -1});
}

}  // namespace plumb::testing
