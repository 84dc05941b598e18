#include "train/optimizers/optimizer.hpp"

#include <stdexcept>
#include <vector>

#include "train/optimizers/update_rule.hpp"
#include "train/settings.hpp"

namespace plumb::train {
namespace {

std::vector<core::Named<Optimizer>> all_optimizers() {
  std::vector<core::Named<Optimizer>> names;
  for (const OptimizerEntry& entry : kOptimizers) {
    names.push_back({entry.optimizer, entry.info->name});
  }
  return names;
}

}  // namespace

const OptimizerInfo& info_of(Optimizer optimizer) {
  for (const OptimizerEntry& entry : kOptimizers) {
    if (entry.optimizer == optimizer) return *entry.info;
  }
  throw std::logic_error("an optimizer is missing in kOptimizers");
}

std::span<const core::Named<Optimizer>> enum_names(Optimizer) {
  static const std::vector<core::Named<Optimizer>> names = all_optimizers();
  return names;
}

template <class T>
std::size_t state_bytes(const TrainSettings& settings, std::size_t block_size) {
  return info_of(settings.optimizer).states_per_parameter(settings) * block_size * sizeof(T);
}

template std::size_t state_bytes<float>(const TrainSettings&, std::size_t);
template std::size_t state_bytes<double>(const TrainSettings&, std::size_t);

template <>
std::unique_ptr<UpdateRule<float>> make_update_rule(const TrainSettings& settings,
                                                    std::size_t block_size) {
  return info_of(settings.optimizer).make_float(settings, block_size);
}
template <>
std::unique_ptr<UpdateRule<double>> make_update_rule(const TrainSettings& settings,
                                                     std::size_t block_size) {
  return info_of(settings.optimizer).make_double(settings, block_size);
}

}  // namespace plumb::train
