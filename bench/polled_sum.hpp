// Sums over ranks that move on while something else is done.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "comm/communicator.hpp"

namespace plumb::bench {

/// A sum that is begun, moved on now and then, and waited for.
class PolledSum {
 public:
  PolledSum() = default;
  PolledSum(const PolledSum&) = delete;
  PolledSum& operator=(const PolledSum&) = delete;
  virtual ~PolledSum() = default;
  virtual void start() = 0;
  virtual void poll() = 0;
  virtual void wait() = 0;
  /// Of rank numbers, moved on by `meanwhile`. Leaves zeros.
  virtual bool is_right(const std::function<void()>& meanwhile) = 0;
};

/// Of vectors of `count` floats. The communicator must outlive them.
std::unique_ptr<PolledSum> polled_tree(const comm::Communicator& world, std::size_t count);
/// MPI_Iallreduce, not in place: in place Open MPI takes a slower algorithm.
std::unique_ptr<PolledSum> polled_mpi(const comm::Communicator& world, std::size_t count);

}  // namespace plumb::bench
