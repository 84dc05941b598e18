// Who wants to know how far a backward pass has come, to send what is ready.
#pragma once

#include <cstddef>

namespace plumb::train {

/// Called by the worker of each thread, from that thread.
class BackwardListener {
 public:
  BackwardListener() = default;
  BackwardListener(const BackwardListener&) = delete;
  BackwardListener& operator=(const BackwardListener&) = delete;
  virtual ~BackwardListener() = default;
  /// The group's gradient, over all slices of the thread, is in the store; what arrives at the
  /// group below is not computed yet.
  virtual void group_done(std::size_t thread, std::size_t group) = 0;
  /// Between two products: a good moment to move messages.
  virtual void between_products(std::size_t thread) = 0;
};

}  // namespace plumb::train
