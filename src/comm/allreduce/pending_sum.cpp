#include <stdexcept>
#include <utility>

#include "comm/communicator.hpp"
#include "comm/mpi_call.hpp"

namespace plumb::comm {

PendingSum::PendingSum(PendingSum&& other) noexcept
    : request_(std::exchange(other.request_, nullptr)) {}

PendingSum::~PendingSum() {
  if (request_ == nullptr) return;
  auto* request = static_cast<MPI_Request>(request_);
  MPI_Wait(&request, MPI_STATUS_IGNORE);
}

bool PendingSum::test() {
  if (request_ == nullptr) return true;
  auto* request = static_cast<MPI_Request>(request_);
  int finished = 0;
  check(MPI_Test(&request, &finished, MPI_STATUS_IGNORE), "MPI_Test");
  if (finished != 0) request_ = nullptr;
  return finished != 0;
}

void PendingSum::wait() {
  if (request_ == nullptr) return;
  auto* request = static_cast<MPI_Request>(std::exchange(request_, nullptr));
  check(MPI_Wait(&request, MPI_STATUS_IGNORE), "MPI_Wait");
}

template <class T>
PendingSum Communicator::start_mpi_sum(std::span<const T> values, std::span<T> sums) const {
  if (values.size() != sums.size() || values.size() > kMaxCount) {
    throw std::invalid_argument("start_mpi_sum: " + std::to_string(values.size()) + " values, " +
                                std::to_string(sums.size()) + " sums");
  }
  MPI_Request request = MPI_REQUEST_NULL;
  check(MPI_Iallreduce(values.data(), sums.data(), static_cast<int>(values.size()), datatype<T>(),
                       MPI_SUM, raw(*this), &request),
        "MPI_Iallreduce");
  return PendingSum(request);
}

template PendingSum Communicator::start_mpi_sum(std::span<const float>, std::span<float>) const;
template PendingSum Communicator::start_mpi_sum(std::span<const double>, std::span<double>) const;

}  // namespace plumb::comm
