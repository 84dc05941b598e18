// The ranks of a job. With the other files of this room the only place that knows MPI.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace plumb::comm {

/// MPI from construction to destruction (MPI_THREAD_FUNNELED: only the thread that built it calls
/// MPI). The destructor finalises unless MPI was already finalised; it sends no messages itself.
class Session {
 public:
  Session();
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
};

/// Owner of a duplicated communicator; all calls are collective over its ranks. Each MPI call is
/// checked; a failure throws core::Error(InputOutput) that names the call.
class Communicator {
 public:
  /// A duplicate of MPI_COMM_WORLD. Needs a live Session.
  static Communicator world();
  Communicator(Communicator&& other) noexcept;
  Communicator& operator=(Communicator&& other) noexcept;
  Communicator(const Communicator&) = delete;
  Communicator& operator=(const Communicator&) = delete;
  ~Communicator();

  [[nodiscard]] int rank() const noexcept { return rank_; }
  [[nodiscard]] int size() const noexcept { return size_; }
  /// Ranks that share this rank's memory, by MPI's shared-memory split (counted once).
  [[nodiscard]] int ranks_on_node() const noexcept { return ranks_on_node_; }

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
  /// One text per rank, on rank 0; empty elsewhere.
  [[nodiscard]] std::vector<std::string> gather(const std::string& text) const;

  /// Raw handle for this room; void* so that no other room needs <mpi.h>.
  [[nodiscard]] void* handle() const noexcept { return handle_; }

 private:
  Communicator() = default;
  void* handle_ = nullptr;
  int rank_ = 0;
  int size_ = 1;
  int ranks_on_node_ = 1;
};

/// "Open MPI v4.1.4, ..." as the library reports it, and the MPI standard it speaks.
std::string mpi_library_version();

}  // namespace plumb::comm
