// The rules that turn a gradient into a step of the parameters.
#pragma once

#include <memory>
#include <span>

#include "math/vector_kernels.hpp"
#include "train/settings.hpp"
#include "train/update_chunks.hpp"

namespace plumb::train {

template <class T>
class UpdateRule {
 public:
  UpdateRule() = default;
  UpdateRule(const UpdateRule&) = delete;
  UpdateRule& operator=(const UpdateRule&) = delete;
  virtual ~UpdateRule() = default;

  /// Before the chunks of a step.
  virtual void begin_step() {}
  /// Updates one chunk of the parameters; chunks may be updated by different threads. gradient:
  /// the chunk's own, parameters: the whole block.
  virtual void update(const Chunk& chunk, std::span<const T> gradient, std::span<T> parameters) = 0;
  /// The same step with the same bits, and its sums.
  virtual math::UpdateSums update_measured(const Chunk& chunk, std::span<const T> gradient,
                                           std::span<T> parameters) = 0;
};

/// block_size: of the parameters.
template <class T>
std::unique_ptr<UpdateRule<T>> make_update_rule(const TrainSettings& settings,
                                                std::size_t block_size);

}  // namespace plumb::train
