#include "net/families/family.hpp"

#include <stdexcept>
#include <utility>

namespace plumb::net {
namespace {

constexpr const FamilyRecipe* kFamilies[] = {&kMlp, &kCnn, &kRnn};

std::vector<core::Named<Family>> all_names() {
  std::vector<core::Named<Family>> names;
  for (const FamilyRecipe* recipe : kFamilies) names.push_back({recipe->family, recipe->name});
  return names;
}

}  // namespace

std::span<const FamilyRecipe* const> families() { return kFamilies; }

const FamilyRecipe& recipe_of(Family family) {
  for (const FamilyRecipe* recipe : kFamilies) {
    if (recipe->family == family) return *recipe;
  }
  throw std::logic_error("a family is missing in the list of families");
}

std::span<const core::Named<Family>> enum_names(Family) {
  static const std::vector<core::Named<Family>> names = all_names();
  return names;
}

ParameterLayout parameter_layout(const std::vector<LayerGroup>& groups) {
  std::vector<ParameterGroup> parameters;
  parameters.reserve(groups.size());
  for (const LayerGroup& group : groups) parameters.push_back(group.layer->parameters());
  return ParameterLayout(std::move(parameters));
}

ParameterLayout parameter_layout(const NetworkSettings& settings, const ProblemShape& problem) {
  return parameter_layout(recipe_of(settings.family).layers(settings, problem));
}

Incompatibility incompatibility(const NetworkSettings& settings, const ProblemShape& problem) {
  return recipe_of(settings.family).incompatibility(settings, problem);
}

std::string ineffective_pooling(const NetworkSettings& settings, const ProblemShape& problem) {
  const auto reason = recipe_of(settings.family).ineffective_pooling;
  return reason == nullptr ? "" : reason(settings, problem);
}

WeightSharing hidden_weight_sharing(const NetworkSettings& settings) {
  return recipe_of(settings.family).inner_layer(settings)->sharing();
}

std::size_t time_steps(const NetworkSettings& settings) {
  return hidden_weight_sharing(settings) == WeightSharing::Time ? settings.depth : 1;
}

std::vector<MeanFieldFactor> mean_field_factors(const NetworkSettings& settings,
                                                const ProblemShape& problem) {
  std::vector<MeanFieldFactor> factors;
  for (const LayerGroup& group : recipe_of(settings.family).layers(settings, problem)) {
    MeanFieldFactor factor = group.layer->mean_field(settings);
    if (group.skip) group.skip->mean_field(factor);
    if (group.pooling) group.pooling->mean_field(factor);
    factors.insert(factors.end(), group.stages.size(), factor);
  }
  return factors;
}

}  // namespace plumb::net
