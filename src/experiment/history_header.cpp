#include "experiment/history_header.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <variant>

#include "core/names.hpp"
#include "net/families/family.hpp"
#include "train/context.hpp"

namespace plumb::experiment {
namespace {

/// Mean square of the weights between equal layers at the start: of the recurrent matrix, or of the
/// last hidden layer.
double hidden_weight_variance(const net::NetworkSettings& network,
                              const net::ProblemShape& problem) {
  const auto layers = net::mean_field_factors(network, problem);
  return layers[layers.size() < 2 ? 0 : layers.size() - 2].single_variance;
}

/// Attributes of /model that only some families have.
void add_family_attributes(const net::NetworkSettings& network, history::HistoryHeader& header) {
  for (const auto& [name, value] : net::recipe_of(network.family).own_settings(network)) {
    std::visit([&](const auto& setting) { header.model[name] = setting; }, value);
  }
}

/// Residual networks approach no fixed point, so they have no scales of approach either.
history::TheoryHeader theory_header(const theory::Prediction& prediction, bool residual) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  history::TheoryHeader header;
  header.delta_rms_ratio = prediction.delta_rms_ratio;
  header.attributes = {{"q_star", prediction.q_star.value_or(kNone)},
                       {"chi_1", prediction.chi_1},
                       {"xi_q", residual ? kNone : prediction.xi_q},
                       {"xi_c", residual ? kNone : prediction.xi_c},
                       {"assumptions", prediction.assumptions}};
  return header;
}

history::BucketInfo layers_of(const train::BucketShape& bucket,
                              std::span<const net::Stage> stages) {
  history::BucketInfo info{static_cast<std::int64_t>(bucket.bytes), 0, 0};
  for (std::size_t stage = 0; stage < stages.size(); ++stage) {
    const std::size_t group = stages[stage].group;
    if (group < bucket.first_group || group > bucket.last_group) continue;
    const auto layer = static_cast<std::int64_t>(stage + 1);
    info.first_layer = info.first_layer == 0 ? layer : std::min(info.first_layer, layer);
    info.last_layer = std::max(info.last_layer, layer);
  }
  if (info.last_layer == 0) throw std::invalid_argument("a bucket holds groups of some stage");
  return info;
}

}  // namespace

std::vector<history::BucketInfo> layers_of_buckets(std::span<const train::BucketShape> buckets,
                                                   std::span<const net::Stage> stages) {
  std::vector<history::BucketInfo> infos;
  infos.reserve(buckets.size());
  for (const train::BucketShape& bucket : buckets) infos.push_back(layers_of(bucket, stages));
  return infos;
}

history::HistoryHeader header_of(const RunInputs& inputs, const probe::NetworkInfo& info,
                                 const theory::Prediction& prediction,
                                 std::span<const train::BucketShape> buckets) {
  const study::RunSettings& run = inputs.run;
  history::HistoryHeader header;
  for (std::size_t row = 0; row < info.stages.size(); ++row) {
    const net::LayerShape& shape = info.shapes[row];
    const std::size_t group = info.stages[row].group;
    header.layers.push_back({info.stages[row].name, static_cast<std::int64_t>(shape.fan_in),
                             static_cast<std::int64_t>(shape.fan_out),
                             static_cast<std::int64_t>(info.layout.parameters(group))});
  }
  header.model = {{"family", core::name_of(run.network.family)},
                  {"depth", static_cast<std::int64_t>(run.network.depth)},
                  {"width", static_cast<std::int64_t>(run.network.width)},
                  {"activation", core::name_of(run.network.activation)},
                  {"negative_slope", run.network.negative_slope},
                  {"init", core::name_of(run.network.init)},
                  {"loss", core::name_of(run.train.loss)},
                  {"precision", core::name_of(run.train.precision)},
                  {"inputs", static_cast<std::int64_t>(info.inputs)},
                  {"classes", static_cast<std::int64_t>(inputs.dataset.classes())},
                  {"parameters", static_cast<std::int64_t>(info.layout.parameters())},
                  {"hidden_weight_variance",
                   hidden_weight_variance(run.network, train::problem_of(inputs.dataset))}};
  add_family_attributes(run.network, header);
  header.toml = inputs.toml;
  header.resolved_json = study::settings_json(run);
  header.provenance_json = inputs.provenance_json;
  header.theory = theory_header(prediction, run.network.residual);
  if (run.record.buckets) header.buckets = layers_of_buckets(buckets, info.stages);
  return header;
}

}  // namespace plumb::experiment
