// The optimizers in one table. Each is a file of this folder that defines its entry; one more needs
// its value in Optimizer, its entry in kOptimizers, its file, and a kernel in math/updates/ if
// there is none that fits. Study keys, their names, figures of memory and training read the table.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "core/names.hpp"

namespace plumb::train {

struct TrainSettings;
template <class T>
class UpdateRule;

enum class Optimizer { Sgd, Adam, Nesterov };

/// What an optimizer is. Every one reads train.learning_rate and train.weight_decay.
struct OptimizerInfo {
  std::string_view name;         // in study files
  std::string_view description;  // in documents
  bool uses_momentum = false;    // train.momentum
  bool uses_betas = false;       // train.beta1, train.beta2 and train.epsilon
  /// Numbers of the run's precision that are kept for each parameter between steps.
  std::size_t (*states_per_parameter)(const TrainSettings&) = nullptr;
  /// Its update rule for a block of so many parameters.
  std::unique_ptr<UpdateRule<float>> (*make_float)(const TrainSettings&, std::size_t) = nullptr;
  std::unique_ptr<UpdateRule<double>> (*make_double)(const TrainSettings&, std::size_t) = nullptr;
};

extern const OptimizerInfo kSgd;
extern const OptimizerInfo kAdam;
extern const OptimizerInfo kNesterov;

struct OptimizerEntry {
  Optimizer optimizer;
  const OptimizerInfo* info;
};

/// In the order in which users see them.
inline constexpr OptimizerEntry kOptimizers[] = {
    {Optimizer::Sgd, &kSgd}, {Optimizer::Adam, &kAdam}, {Optimizer::Nesterov, &kNesterov}};

/// Throws std::logic_error for one that is missing in kOptimizers.
const OptimizerInfo& info_of(Optimizer optimizer);

std::span<const core::Named<Optimizer>> enum_names(Optimizer);

/// What the rule of settings.optimizer keeps for a block of so many parameters of type T.
template <class T>
std::size_t state_bytes(const TrainSettings& settings, std::size_t block_size);

/// The rule of settings.optimizer. block_size: of the parameters.
template <class T>
std::unique_ptr<UpdateRule<T>> make_update_rule(const TrainSettings& settings,
                                                std::size_t block_size);

}  // namespace plumb::train
