// Sums gradients over ranks.
#pragma once

#include <memory>
#include <span>

#include "comm/communicator.hpp"
#include "train/settings.hpp"

namespace plumb::train {

/// Collective: every rank calls sum() with equally long vectors; all end with the same bits.
template <class T>
class GradientSync {
 public:
  GradientSync() = default;
  GradientSync(const GradientSync&) = delete;
  GradientSync& operator=(const GradientSync&) = delete;
  virtual ~GradientSync() = default;
  virtual void sum(std::span<T> values) = 0;
};

/// The communicator must outlive the result.
template <class T>
std::unique_ptr<GradientSync<T>> make_gradient_sync(AllreduceAlgorithm algorithm,
                                                    const comm::Communicator& communicator);

}  // namespace plumb::train
