#include "comm/tree_allreduce.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "comm/mpi_call.hpp"
#include "comm/pairwise_add.hpp"
#include "comm/pieces.hpp"

namespace plumb::comm {
namespace {

constexpr int kSumTag = 2;
// Measured with Open MPI 4.1.4 on shared memory. Exchanging whole vectors wins up to 32 KiB on two
// ranks and up to 64 KiB on four (8 KiB on two ranks: 4.6 against 6.9 us).
constexpr std::size_t kFullExchangeBytes = std::size_t{32} << 10;
// Two chunks stay in a second-level cache; 64 KiB lost up to 40 % to handshakes above 1 MiB.
constexpr std::size_t kChunkBytes = std::size_t{256} << 10;
constexpr int kMaxLevels = 31;  // of a tree over int many ranks

/// Two requests, waited for even when an exception passes.
class Requests {
 public:
  Requests() = default;
  Requests(const Requests&) = delete;
  Requests& operator=(const Requests&) = delete;
  ~Requests() { MPI_Waitall(2, requests_.data(), MPI_STATUSES_IGNORE); }
  MPI_Request& operator[](std::size_t k) noexcept { return requests_[k % 2]; }

 private:
  std::array<MPI_Request, 2> requests_ = {MPI_REQUEST_NULL, MPI_REQUEST_NULL};
};

void wait(MPI_Request& request) { check(MPI_Wait(&request, MPI_STATUS_IGNORE), "MPI_Wait"); }

/// One sum by one rank: its view of the vector and a receive buffer of two chunks.
template <class T>
class Exchange {
 public:
  Exchange(const Communicator& communicator, std::span<T> values, T* received)
      : communicator_(raw(communicator)),
        rank_(communicator.rank()),
        size_(communicator.size()),
        values_(values.data()),
        count_(values.size()),
        received_(received) {}

  void full_exchange();
  void halve_and_double();
  void reduce_and_broadcast(const Communicator& communicator);

  static constexpr std::size_t kChunk = kChunkBytes / sizeof(T);
  static_assert(kFullExchangeBytes <= kChunkBytes);

 private:
  struct Halves {
    Segment kept;
    Segment given;
  };

  [[nodiscard]] Halves split(Segment whole, int distance) const noexcept;
  void halve(const Halves& halves, int partner);
  void regain(const Halves& halves, int partner);
  void add_received(const T* received, Segment own, int partner) noexcept;
  void start_send(Segment segment, int partner, MPI_Request& request);
  void start_receive(T* where, std::size_t count, int partner, MPI_Request& request);

  MPI_Comm communicator_;
  int rank_;
  int size_;
  T* values_;
  std::size_t count_;
  T* received_;
};

template <class T>
void Exchange<T>::add_received(const T* received, Segment own, int partner) noexcept {
  T* mine = values_ + own.first;
  if (partner < rank_) {
    pairwise_add(received, mine, mine, own.count);
  } else {
    pairwise_add(mine, received, mine, own.count);
  }
}

template <class T>
void Exchange<T>::start_send(Segment segment, int partner, MPI_Request& request) {
  check(MPI_Isend(values_ + segment.first, static_cast<int>(segment.count), datatype<T>(), partner,
                  kSumTag, communicator_, &request),
        "MPI_Isend");
}

template <class T>
void Exchange<T>::start_receive(T* where, std::size_t count, int partner, MPI_Request& request) {
  check(MPI_Irecv(where, static_cast<int>(count), datatype<T>(), partner, kSumTag, communicator_,
                  &request),
        "MPI_Irecv");
}

/// Short vectors: half the messages, all of the volume.
template <class T>
void Exchange<T>::full_exchange() {
  for (int distance = 1; distance < size_; distance *= 2) {
    const int partner = rank_ ^ distance;
    check(MPI_Sendrecv(values_, static_cast<int>(count_), datatype<T>(), partner, kSumTag,
                       received_, static_cast<int>(count_), datatype<T>(), partner, kSumTag,
                       communicator_, MPI_STATUS_IGNORE),
          "MPI_Sendrecv");
    add_received(received_, {0, count_}, partner);
  }
}

/// Of a pair, the lower rank keeps the first half. Cut at a cache line.
template <class T>
typename Exchange<T>::Halves Exchange<T>::split(Segment whole, int distance) const noexcept {
  constexpr std::size_t line = core::kAlignmentBytes / sizeof(T);
  const std::size_t half = whole.count / 2 / line * line;
  const Segment front = {whole.first, half};
  const Segment back = {whole.first + half, whole.count - half};
  return (rank_ & distance) == 0 ? Halves{front, back} : Halves{back, front};
}

/// Sends the half that is given away and adds the partner's numbers to the half that is kept, in
/// chunks: one is added, still warm in the cache, while the next is under way.
template <class T>
void Exchange<T>::halve(const Halves& halves, int partner) {
  const std::size_t chunks = std::max(halves.kept.pieces(kChunk), halves.given.pieces(kChunk));
  Requests sends;
  Requests receives;
  const auto receive = [&](std::size_t k) {
    start_receive(received_ + k % 2 * kChunk, halves.kept.piece(k, kChunk).count, partner,
                  receives[k]);
  };
  if (chunks > 0) receive(0);
  for (std::size_t k = 0; k < chunks; ++k) {
    if (k + 1 < chunks) receive(k + 1);
    wait(sends[k]);
    start_send(halves.given.piece(k, kChunk), partner, sends[k]);
    wait(receives[k]);
    add_received(received_ + k % 2 * kChunk, halves.kept.piece(k, kChunk), partner);
  }
  wait(sends[0]);
  wait(sends[1]);
}

/// The way back: finished sums replace the half that was given away.
template <class T>
void Exchange<T>::regain(const Halves& halves, int partner) {
  const std::size_t pieces =
      std::max(halves.kept.pieces(kMaxCount), halves.given.pieces(kMaxCount));
  for (std::size_t k = 0; k < pieces; ++k) {
    const Segment sent = halves.kept.piece(k, kMaxCount);
    const Segment regained = halves.given.piece(k, kMaxCount);
    check(MPI_Sendrecv(values_ + sent.first, static_cast<int>(sent.count), datatype<T>(), partner,
                       kSumTag, values_ + regained.first, static_cast<int>(regained.count),
                       datatype<T>(), partner, kSumTag, communicator_, MPI_STATUS_IGNORE),
          "MPI_Sendrecv");
  }
}

template <class T>
void Exchange<T>::halve_and_double() {
  std::array<Halves, kMaxLevels> levels;
  std::size_t depth = 0;
  Segment kept = {0, count_};
  for (int distance = 1; distance < size_; distance *= 2) {
    levels[depth] = split(kept, distance);
    halve(levels[depth], rank_ ^ distance);
    kept = levels[depth].kept;
    ++depth;
  }
  for (int distance = size_ / 2; distance > 0; distance /= 2) {
    regain(levels[--depth], rank_ ^ distance);
  }
}

/// Any rank count. Chunk by chunk, so that the levels of the tree work at the same time.
template <class T>
void Exchange<T>::reduce_and_broadcast(const Communicator& communicator) {
  for_each_piece(count_, kChunk, [&](std::size_t first, std::size_t count) {
    for (int distance = 1; distance < size_; distance *= 2) {
      if ((rank_ & distance) != 0) {
        check(MPI_Send(values_ + first, static_cast<int>(count), datatype<T>(), rank_ - distance,
                       kSumTag, communicator_),
              "MPI_Send");
        return;
      }
      const int child = rank_ + distance;
      if (child >= size_) continue;
      check(MPI_Recv(received_, static_cast<int>(count), datatype<T>(), child, kSumTag,
                     communicator_, MPI_STATUS_IGNORE),
            "MPI_Recv");
      add_received(received_, {first, count}, child);
    }
  });
  communicator.broadcast(std::span<T>(values_, count_));
}

}  // namespace

template <class T>
void TreeAllreduce<T>::sum(std::span<T> values) {
  if (communicator_->size() == 1 || values.empty()) return;
  const std::size_t needed = std::min(values.size(), 2 * Exchange<T>::kChunk);
  if (received_.size() < needed) received_ = core::AlignedBuffer<T>(needed);
  Exchange<T> exchange(*communicator_, values, received_.data());
  if (!std::has_single_bit(static_cast<unsigned>(communicator_->size()))) {
    exchange.reduce_and_broadcast(*communicator_);
  } else if (values.size_bytes() <= kFullExchangeBytes) {
    exchange.full_exchange();
  } else {
    exchange.halve_and_double();
  }
}

template class TreeAllreduce<float>;
template class TreeAllreduce<double>;

}  // namespace plumb::comm
