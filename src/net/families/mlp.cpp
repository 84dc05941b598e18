// Fully connected networks: `depth` hidden layers a_l = phi(a_{l-1} W_l + b_l), plus a_{l-1} in
// residual networks from the second one on; then the output layer.
#include <fmt/format.h>

#include "net/families/family.hpp"
#include "net/layers/dense.hpp"

namespace plumb::net {
namespace {

Incompatibility always_fits(const NetworkSettings& /*settings*/, const ProblemShape& /*problem*/) {
  return {};
}

std::vector<LayerGroup> layers(const NetworkSettings& settings, const ProblemShape& problem) {
  std::vector<LayerGroup> groups;
  std::string below = "input";
  std::size_t fan_in = problem.inputs;
  for (std::size_t l = 0; l < settings.depth; ++l) {
    const std::string units = fmt::format("unit_{}", l + 1);
    LayerGroup& group = groups.emplace_back();
    group.layer = std::make_unique<Dense>(fan_in, settings.width_of(l), below, units);
    group.stages = {fmt::format("hidden_{}", l + 1)};
    if (settings.residual && l > 0) group.skip.emplace();
    below = units;
    fan_in = settings.width_of(l);
  }
  LayerGroup& output = groups.emplace_back();
  output.layer = std::make_unique<Dense>(fan_in, problem.classes, below, "class");
  output.stages = {"output"};
  return groups;
}

std::unique_ptr<const Layer> inner_layer(const NetworkSettings& settings) {
  return std::make_unique<Dense>(settings.width, settings.width, "unit_before", "unit");
}

std::map<std::string, SettingValue> own_settings(const NetworkSettings& settings) {
  return {{"residual", static_cast<std::int64_t>(settings.residual)}};
}

}  // namespace

const FamilyRecipe kMlp{.family = Family::Mlp,
                        .name = "mlp",
                        .label_prefix = "",
                        .allows_depth_zero = true,
                        .allows_skips = true,
                        .incompatibility = always_fits,
                        .layers = layers,
                        .inner_layer = inner_layer,
                        .own_settings = own_settings};

}  // namespace plumb::net
