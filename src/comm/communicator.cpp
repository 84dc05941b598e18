#include "comm/communicator.hpp"

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "comm/allreduce/schedule.hpp"
#include "comm/mpi_call.hpp"
#include "comm/placement/node_order.hpp"

namespace plumb::comm {
namespace {

constexpr int kTextTag = 1;

std::size_t index(int number) noexcept { return static_cast<std::size_t>(number); }

template <class T>
void allreduce(const Communicator& communicator, std::span<T> values, MPI_Op operation) {
  for_each_piece(values.size(), kMaxCount, [&](std::size_t first, std::size_t count) {
    check(MPI_Allreduce(MPI_IN_PLACE, values.data() + first, static_cast<int>(count), datatype<T>(),
                        operation, raw(communicator)),
          "MPI_Allreduce");
  });
}

void send_text(const Communicator& communicator, std::string_view text, int destination) {
  for_each_piece(text.size(), kMaxCount, [&](std::size_t first, std::size_t count) {
    check(MPI_Send(text.data() + first, static_cast<int>(count), MPI_CHAR, destination, kTextTag,
                   raw(communicator)),
          "MPI_Send");
  });
}

std::string receive_text(const Communicator& communicator, std::size_t length, int source) {
  std::string text(length, '\0');
  for_each_piece(length, kMaxCount, [&](std::size_t first, std::size_t count) {
    check(MPI_Recv(text.data() + first, static_cast<int>(count), MPI_CHAR, source, kTextTag,
                   raw(communicator), MPI_STATUS_IGNORE),
          "MPI_Recv");
  });
  return text;
}

}  // namespace

Communicator::Handle::~Handle() {
  if (value == MPI_COMM_NULL) return;
  int finalized = 0;
  MPI_Finalized(&finalized);
  if (finalized == 0) MPI_Comm_free(&value);
}

Communicator::Communicator() : handle_(std::make_unique<Handle>()) {}

Communicator Communicator::world() {
  WorldMap map = map_world();
  Communicator communicator;
  communicator.order_ = order_by_node(map.node_of);
  int mine = 0;
  check(MPI_Comm_rank(MPI_COMM_WORLD, &mine), "MPI_Comm_rank");
  const auto& order = communicator.order_.world_ranks;
  const auto place = std::find(order.begin(), order.end(), mine) - order.begin();
  MPI_Comm& ordered = communicator.handle_->value;
  check(MPI_Comm_split(MPI_COMM_WORLD, 0, static_cast<int>(place), &ordered), "MPI_Comm_split");
  check(MPI_Comm_set_errhandler(ordered, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
  check(MPI_Comm_rank(ordered, &communicator.rank_), "MPI_Comm_rank");
  check(MPI_Comm_size(ordered, &communicator.size_), "MPI_Comm_size");
  for (const int world_rank : order) {
    communicator.hosts_.push_back(std::move(map.hosts[index(world_rank)]));
  }
  return communicator;
}

Communicator::Communicator(Communicator&& other) noexcept = default;
Communicator& Communicator::operator=(Communicator&& other) noexcept {
  if (this != &other) {
    handle_ = std::move(other.handle_);
    rank_ = other.rank_;
    size_ = other.size_;
    order_ = std::move(other.order_);
    hosts_ = std::move(other.hosts_);
  }
  return *this;
}
Communicator::~Communicator() = default;

int Communicator::world_rank(int rank) const { return order_.world_ranks.at(index(rank)); }

std::string Communicator::name_of(int rank) const {
  return "rank " + std::to_string(world_rank(rank)) + " (host " + hosts_.at(index(rank)) + ")";
}

int Communicator::node() const { return order_.nodes.at(index(rank_)); }

int Communicator::ranks_on_node() const { return order_.ranks_of_nodes.at(index(node())); }

void Communicator::barrier() const { check(MPI_Barrier(raw(*this)), "MPI_Barrier"); }

template <class T>
void Communicator::broadcast(std::span<T> values, int root) const {
  for_each_piece(values.size(), kMaxCount, [&](std::size_t first, std::size_t count) {
    check(
        MPI_Bcast(values.data() + first, static_cast<int>(count), datatype<T>(), root, raw(*this)),
        "MPI_Bcast");
  });
}

template void Communicator::broadcast(std::span<float>, int) const;
template void Communicator::broadcast(std::span<double>, int) const;
template void Communicator::broadcast(std::span<std::uint8_t>, int) const;
template void Communicator::broadcast(std::span<std::int64_t>, int) const;
template void Communicator::broadcast(std::span<std::uint64_t>, int) const;
template void Communicator::broadcast(std::span<char>, int) const;

void Communicator::broadcast(std::string& text, int root) const {
  std::uint64_t length = text.size();
  broadcast(std::span(&length, 1), root);
  text.resize(length);
  broadcast(std::span(text.data(), text.size()), root);
}

void Communicator::max(std::span<double> values) const { allreduce(*this, values, MPI_MAX); }

void Communicator::max(std::span<std::int64_t> values) const { allreduce(*this, values, MPI_MAX); }

void Communicator::bitwise_or(std::span<std::uint8_t> bytes) const {
  allreduce(*this, bytes, MPI_BOR);
}

void Communicator::sum(std::span<std::int64_t> values) const { allreduce(*this, values, MPI_SUM); }

template <class T>
void Communicator::mpi_sum(std::span<T> values) const {
  allreduce(*this, values, MPI_SUM);
}

template void Communicator::mpi_sum(std::span<float>) const;
template void Communicator::mpi_sum(std::span<double>) const;

std::vector<std::string> Communicator::gather(const std::string& text) const {
  const std::uint64_t length = text.size();
  std::vector<std::uint64_t> lengths(rank_ == 0 ? static_cast<std::size_t>(size_) : 0);
  check(MPI_Gather(&length, 1, MPI_UINT64_T, lengths.data(), 1, MPI_UINT64_T, 0, raw(*this)),
        "MPI_Gather");
  if (rank_ != 0) {
    send_text(*this, text, 0);
    return {};
  }
  std::vector<std::string> texts = {text};
  for (int source = 1; source < size_; ++source) {
    texts.push_back(receive_text(*this, lengths[static_cast<std::size_t>(source)], source));
  }
  return texts;
}

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
