#include "comm/allreduce/pending_sum.hpp"

#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

#include "comm/communicator.hpp"
#include "comm/mpi_call.hpp"

namespace plumb::comm {

struct PendingSum::Request {
  MPI_Request value = MPI_REQUEST_NULL;
  int exceptions = std::uncaught_exceptions();  // passing when it was begun
};

PendingSum::PendingSum(std::unique_ptr<Request> request) noexcept : request_(std::move(request)) {}

PendingSum::PendingSum(PendingSum&& other) noexcept = default;

PendingSum::~PendingSum() {
  if (!request_) return;
  if (std::uncaught_exceptions() > request_->exceptions) {
    static_cast<void>(request_.release());  // MPI may still look at it
    return;
  }
  MPI_Wait(&request_->value, MPI_STATUS_IGNORE);
}

bool PendingSum::test() {
  if (!request_) return true;
  int finished = 0;
  check(MPI_Test(&request_->value, &finished, MPI_STATUS_IGNORE), "MPI_Test");
  if (finished != 0) request_.reset();
  return finished != 0;
}

void PendingSum::wait() {
  if (!request_) return;
  const std::unique_ptr<Request> request = std::move(request_);  // not waited for twice on failure
  check(MPI_Wait(&request->value, MPI_STATUS_IGNORE), "MPI_Wait");
}

template <class T>
PendingSum Communicator::start_mpi_sum(std::span<const T> values, std::span<T> sums) const {
  if (values.size() != sums.size() || values.size() > kMaxCount) {
    throw std::invalid_argument("start_mpi_sum: " + std::to_string(values.size()) + " values, " +
                                std::to_string(sums.size()) + " sums");
  }
  auto request = std::make_unique<PendingSum::Request>();
  check(MPI_Iallreduce(values.data(), sums.data(), static_cast<int>(values.size()), datatype<T>(),
                       MPI_SUM, raw(*this), &request->value),
        "MPI_Iallreduce");
  return PendingSum(std::move(request));
}

template PendingSum Communicator::start_mpi_sum(std::span<const float>, std::span<float>) const;
template PendingSum Communicator::start_mpi_sum(std::span<const double>, std::span<double>) const;

}  // namespace plumb::comm
