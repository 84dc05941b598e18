// Network families: recipes from settings to layers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "net/layers/layer.hpp"
#include "net/layers/pooling.hpp"
#include "net/layers/skip.hpp"
#include "net/settings.hpp"

namespace plumb::net {

/// A group of parameters and what happens to z: the layer, the activation function (none after the
/// last group), then the skip connection, then the pooling.
struct LayerGroup {
  std::unique_ptr<const Layer> layer;
  std::vector<std::string>
      stages;  // names of the rows of a history; several where time steps share
  std::optional<Skip> skip;
  std::optional<PoolingLayer> pooling;
};

/// Why a network and a problem do not fit, and the study key to change.
struct Incompatibility {
  std::string key;      // "network.kernel"; empty: they fit
  std::string message;  // what is wrong; what is allowed
};

using SettingValue = std::variant<std::int64_t, double, std::string>;

/// All that is said of a family in one place.
struct FamilyRecipe {
  Family family;
  const char* name;                // in study files
  const char* label_prefix;        // of a run's label; labels of mlp are older and have none
  bool allows_depth_zero = false;  // an output layer alone
  bool allows_skips = false;       // network.residual
  bool reads_images = false;       // and nothing else
  bool reads_sequences = false;    // splits a sample's inputs over time steps
  Incompatibility (*incompatibility)(const NetworkSettings&, const ProblemShape&);
  /// In the order of the forward pass; the last is the linear output layer.
  std::vector<LayerGroup> (*layers)(const NetworkSettings&, const ProblemShape&);
  /// A layer between two hidden layers, or time steps, as deep networks repeat it.
  std::unique_ptr<const Layer> (*inner_layer)(const NetworkSettings&);
  /// What a history's /model says beyond the settings that all families have.
  std::map<std::string, SettingValue> (*own_settings)(const NetworkSettings&);
  /// What ineffective_pooling() says; null: the family does not pool.
  std::string (*ineffective_pooling)(const NetworkSettings&, const ProblemShape&) = nullptr;
};

// Each in <name>.cpp.
extern const FamilyRecipe kMlp;
extern const FamilyRecipe kCnn;
extern const FamilyRecipe kRnn;

/// In the order in which users see them.
std::span<const FamilyRecipe* const> families();

const FamilyRecipe& recipe_of(Family family);

/// The tensors of a network, and where they lie.
ParameterLayout parameter_layout(const NetworkSettings& settings, const ProblemShape& problem);
/// The same of groups that a recipe made.
ParameterLayout parameter_layout(const std::vector<LayerGroup>& groups);

/// What may forbid training this network on this problem.
Incompatibility incompatibility(const NetworkSettings& settings, const ProblemShape& problem);

/// Why no layer of a network is pooled although its depth would allow for it: the image is too
/// small. "what is wrong; what is allowed"; empty when pooling happens, is not due or not wanted.
/// No Incompatibility: such a network can be trained, unless somebody counts on the pooling.
std::string ineffective_pooling(const NetworkSettings& settings, const ProblemShape& problem);

/// What shares the hidden layers' weights.
WeightSharing hidden_weight_sharing(const NetworkSettings& settings);

/// Parts that a sample's numbers are dealt out to: the time steps of a recurrent network, else 1.
std::size_t time_steps(const NetworkSettings& settings);

/// One entry for each stage.
std::vector<MeanFieldFactor> mean_field_factors(const NetworkSettings& settings,
                                                const ProblemShape& problem);

}  // namespace plumb::net
