// The rules that turn a gradient into a step of the parameters.
#pragma once

#include <span>

#include "core/aligned_buffer.hpp"
#include "math/vector_kernels.hpp"
#include "train/gradient_store.hpp"
#include "train/settings.hpp"

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

/// Weights decay, biases never.
template <class T>
T weight_decay(const TrainSettings& settings, const Chunk& chunk) {
  return net::decays(chunk.role) ? static_cast<T>(settings.weight_decay) : T{0};
}

/// The chunk's part of a state that is kept for every parameter, or nothing of a state that is not
/// kept.
template <class T>
std::span<T> state_of(core::AlignedBuffer<T>& block, const Chunk& chunk) {
  if (block.size() == 0) return {};
  return block.span().subspan(chunk.offset, chunk.count);
}

}  // namespace plumb::train
