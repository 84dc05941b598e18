// A sum by MPI_Iallreduce.
#pragma once

#include <memory>

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

}  // namespace plumb::comm
