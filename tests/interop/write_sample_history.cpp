// Writes DIR/0000-sample.h5 with every group a history can have, for the readers to try.
#include <cstdio>
#include <limits>
#include <numeric>
#include <vector>

#include "core/error.hpp"
#include "record/history_writer.hpp"

namespace {

using namespace plumb;

constexpr std::uint64_t kSteps = 40;

history::HistoryHeader sample_header() {
  history::HistoryHeader header;
  header.layers = {{"hidden_1", 4, 3, 15}, {"hidden_2", 3, 3, 12}, {"output", 3, 2, 8}};
  header.buckets = {{40, 3, 3}, {40, 2, 3}, {40, 1, 2}, {20, 1, 1}};
  header.model = {{"family", std::string("mlp")},
                  {"activation", std::string("sigmoid")},
                  {"depth", std::int64_t{2}},
                  {"weight_variance", 1.5}};
  constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();
  header.theory.delta_rms_ratio = {0.236, 0.236, kNothing};
  header.theory.attributes = {{"q_star", 0.264687},
                              {"chi_1", 0.055721},
                              {"xi_c", kNothing},
                              {"layers_predicted", std::int64_t{2}},
                              {"assumptions", std::string("large width; δ independent of W")}};
  // More attributes than fit an object header's compact form.
  for (int i = 0; i < 12; ++i) header.model["extra_" + std::to_string(i)] = std::int64_t{i};
  header.toml = "[study]\nname = \"sample\"  # δ and ∇\n" + std::string(100'000, '#');
  header.resolved_json = R"({"network.depth": 2})";
  header.provenance_json = R"({"version": "0"})";
  return header;
}

history::StepRow sample_row(std::uint64_t step) {
  history::StepRow row(step, 3);
  row.at("loss") = 2.0 / static_cast<double>(1 + step);
  row.at("accuracy") = 0.5;
  row.at("learning_rate") = 0.1;
  row.at("gradient_norm") = 2.5;
  row.at("clip_factor") = 1;
  row.at("loss_scale") = 65536;
  row.at("noise_scale") =
      std::numeric_limits<double>::quiet_NaN();  // as a batch of one slice has it
  for (std::size_t layer = 0; layer < 3; ++layer) {
    row.at(layer, "delta_rms") =
        1e-6 * static_cast<double>(layer + 1) * static_cast<double>(step + 1);
    row.at(layer, "nonfinite_count") = static_cast<double>(layer);
    row.at(layer, "noise_scale") = 26.0;
  }
  return row;
}

// Every weight is counted at every step, and three samples' deltas of every unit.
history::HistogramRow sample_histograms(std::uint64_t step) {
  history::HistogramRow row;
  row.step = step;
  for (const history::LayerInfo& layer : sample_header().layers) {
    history::LayerHistograms& counts = row.layers.emplace_back();
    const auto place = static_cast<std::size_t>(step) % core::kExponents;
    counts.weight_gradient[place] = static_cast<std::uint64_t>(layer.fan_in * layer.fan_out - 1);
    counts.weight_gradient.back() = 1;
    counts.delta[place] = static_cast<std::uint64_t>(3 * layer.fan_out);
  }
  return row;
}

history::StepTiming sample_buckets(std::uint64_t step) {
  history::StepTiming row;
  row.step = step;
  for (std::size_t bucket = 0; bucket < sample_header().buckets.size(); ++bucket) {
    const double ready = 1e-3 * static_cast<double>(bucket + 1) + 1e-6 * static_cast<double>(step);
    row.buckets.push_back({ready, ready + 5e-4, 1e-4});
  }
  return row;
}

// What a regression has in place of classes.
void write_regression_snapshot(record::HistoryWriter& writer) {
  const std::vector<float> x(8, 0.5F);
  const std::vector<double> y = {0.1, 1.9};
  const std::vector<float> weights(12, 0.25F);
  const std::vector<float> biases(3, -1.0F);
  writer.write_snapshot(
      {8,
       {{"x", std::span<const float>(x), {2, 4}, {"sample", "input"}, "inputs of the batch"},
        {"y", std::span<const double>(y), {2}, {"sample"}, "values to be predicted"},
        {"W1", std::span<const float>(weights), {4, 3}, {"input", "unit_1"}, "weights"},
        {"b1", std::span<const float>(biases), {3}, {"unit_1"}, "biases"}}});
}

void write_sample_snapshot(record::HistoryWriter& writer) {
  std::vector<float> x(20);
  std::iota(x.begin(), x.end(), 0.0F);
  const std::vector<std::int32_t> y = {0, 1, 0, 1, 1};
  const std::vector<float> weights(12, 0.25F);
  const std::vector<float> biases(3, -1.0F);
  writer.write_snapshot(
      {7,
       {{"x", std::span<const float>(x), {5, 4}, {"sample", "input"}, "inputs of the batch"},
        {"y", std::span<const std::int32_t>(y), {5}, {"sample"}, "classes of the batch"},
        {"W1", std::span<const float>(weights), {4, 3}, {"input", "unit_1"}, "weights"},
        {"b1", std::span<const float>(biases), {3}, {"unit_1"}, "biases"}}});
}

void write_sample(const std::string& folder) {
  record::HistoryWriter writer(folder + "/0000-sample.h5", sample_header(), true);
  for (std::uint64_t step = 0; step < kSteps; ++step) {
    writer.write(sample_row(step));
    history::StepTiming timing;
    timing.step = step;
    timing.seconds[1] = 1e-3;
    timing.seconds.back() = 2e-3;
    writer.write_timing({&timing, 1});
    const history::StepTiming buckets = sample_buckets(step);
    writer.write_buckets({&buckets, 1});
    if (step % 10 == 0) writer.write_histograms(sample_histograms(step));
    if (step == 7) write_sample_snapshot(writer);
    if (step == 8) write_regression_snapshot(writer);
  }
  writer.write_evaluation({kSteps, 0.4, 0.75});
  writer.finish({"completed", -1});
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::fputs("usage: write_sample_history DIR\n", stderr);
    return 1;
  }
  try {
    write_sample(arguments[1]);
  } catch (const plumb::core::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return static_cast<int>(error.code());
  }
  return 0;
}
