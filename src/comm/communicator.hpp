// The ranks of a job, and sums that MPI has under way (MPI_Iallreduce). With the other files of
// this room the only place that knows MPI.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "comm/placement/node_order.hpp"

namespace plumb::comm {

/// A sum that MPI has under way: it moves on only while it is asked for. The destructor waits,
/// unless an exception passes: then nobody may answer.
class PendingSum {
 public:
  PendingSum(PendingSum&& other) noexcept;  // leaves `other` finished
  PendingSum& operator=(PendingSum&&) = delete;
  PendingSum(const PendingSum&) = delete;
  PendingSum& operator=(const PendingSum&) = delete;
  ~PendingSum();

  /// Moves it on without blocking; true once it is finished.
  bool test();
  void wait();

 private:
  friend class Communicator;
  struct Request;
  explicit PendingSum(std::unique_ptr<Request> request) noexcept;
  std::unique_ptr<Request> request_;  // none: finished
};

/// Owner of a communicator of its own; all calls that send are collective over its ranks. Each MPI
/// call is checked; a failure throws core::Error(InputOutput) that names the call.
class Communicator {
 public:
  /// All ranks of MPI_COMM_WORLD, those of a node (by MPI's shared-memory split) side by side, see
  /// order_by_node(). Needs a live Session.
  static Communicator world();
  Communicator(Communicator&& other) noexcept;
  Communicator& operator=(Communicator&& other) noexcept;
  Communicator(const Communicator&) = delete;
  Communicator& operator=(const Communicator&) = delete;
  ~Communicator();

  [[nodiscard]] int rank() const noexcept { return rank_; }
  [[nodiscard]] int size() const noexcept { return size_; }
  /// This rank as the launcher numbers it: for messages.
  [[nodiscard]] int world_rank() const { return world_rank(rank_); }
  [[nodiscard]] int world_rank(int rank) const;
  /// "rank 3 (host n2)", as the launcher numbers it: how messages call any rank of this
  /// communicator. Sends nothing.
  [[nodiscard]] std::string name_of(int rank) const;

  [[nodiscard]] int nodes() const noexcept { return static_cast<int>(ranks_of_nodes().size()); }
  /// The node of this rank: 0, 1, ... in the order of ranks.
  [[nodiscard]] int node() const;
  /// Ranks that share this rank's memory.
  [[nodiscard]] int ranks_on_node() const;
  /// Ranks of each node, in the order of ranks.
  [[nodiscard]] std::span<const int> ranks_of_nodes() const noexcept {
    return order_.ranks_of_nodes;
  }

  void barrier() const;
  template <class T>
  void broadcast(std::span<T> values,
                 int root = 0) const;  // T: float, double, uint8, int64, uint64, char
  void broadcast(std::string& text, int root = 0) const;
  /// In place, over ranks.
  void max(std::span<double> values) const;
  void max(std::span<std::int64_t> values) const;
  void bitwise_or(std::span<std::uint8_t> bytes) const;
  void sum(std::span<std::int64_t> values) const;  // exact, so any order
  /// MPI_Allreduce(MPI_SUM): fast, in an order of MPI's choosing.
  template <class T>
  void mpi_sum(std::span<T> values) const;  // T: float, double
  /// The same begun: MPI_Iallreduce of up to 2^31 - 1 `values` into `sums`. Both must be left alone
  /// until it is finished. Not in place: Open MPI has a better algorithm then.
  template <class T>
  [[nodiscard]] PendingSum start_mpi_sum(std::span<const T> values, std::span<T> sums) const;
  /// One text per rank, on rank 0; empty elsewhere.
  [[nodiscard]] std::vector<std::string> gather(const std::string& text) const;

  /// MPI's own handle, for this room (mpi_call.hpp); no other one needs <mpi.h>. None after a move.
  struct Handle;
  [[nodiscard]] const Handle* handle() const noexcept { return handle_.get(); }

 private:
  Communicator();
  std::unique_ptr<Handle> handle_;
  int rank_ = 0;
  int size_ = 1;
  NodeOrder order_;
  std::vector<std::string> hosts_;  // by rank
};

}  // namespace plumb::comm
