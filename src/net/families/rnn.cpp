// Recurrent networks, which read their input in `depth` time steps and answer after the last.
// Group 0 is the recurrent step, with one stage for each time step; group 1 is the output layer,
// which reads the last state.
#include <fmt/format.h>

#include <algorithm>

#include "net/families/family.hpp"
#include "net/layers/dense.hpp"
#include "net/layers/recurrent_step.hpp"

namespace plumb::net {
namespace {

std::string divisors(std::size_t number) {
  std::string list;
  for (std::size_t d = 1; d <= number; ++d) {
    if (number % d == 0) list += (list.empty() ? "" : ", ") + std::to_string(d);
  }
  return list;
}

Incompatibility uneven_steps(const NetworkSettings& settings, const ProblemShape& problem) {
  if (problem.inputs % settings.depth == 0) return {};
  return {"network.depth",
          fmt::format("network.depth = {} time steps cannot share {} inputs evenly; allowed: {}",
                      settings.depth, problem.inputs, divisors(problem.inputs))};
}

std::vector<LayerGroup> layers(const NetworkSettings& settings, const ProblemShape& problem) {
  const std::size_t step_inputs = problem.inputs / std::max<std::size_t>(settings.depth, 1);
  std::vector<LayerGroup> groups(2);
  groups[0].layer = std::make_unique<RecurrentStep>(settings.width, step_inputs);
  for (std::size_t t = 0; t < settings.depth; ++t) {
    groups[0].stages.push_back(fmt::format("step_{}", t + 1));
  }
  groups[1].layer = std::make_unique<Dense>(settings.width, problem.classes, "unit_1", "class");
  groups[1].stages = {"output"};
  return groups;
}

std::unique_ptr<const Layer> inner_layer(const NetworkSettings& settings) {
  return std::make_unique<RecurrentStep>(settings.width, 1);
}

std::map<std::string, SettingValue> own_settings(const NetworkSettings& settings) {
  return {{"recurrent_gain", settings.recurrent_gain}};
}

}  // namespace

const FamilyRecipe kRnn{.family = Family::Rnn,
                        .name = "rnn",
                        .label_prefix = "rnn-",
                        .reads_sequences = true,
                        .incompatibility = uneven_steps,
                        .layers = layers,
                        .inner_layer = inner_layer,
                        .own_settings = own_settings};

}  // namespace plumb::net
