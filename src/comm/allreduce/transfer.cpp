#include "comm/allreduce/transfer.hpp"

#include <algorithm>

#include "comm/allreduce/tree_allreduce.hpp"
#include "comm/mpi_call.hpp"

namespace plumb::comm {
namespace {

template <class T>
void grow(core::AlignedBuffer<T>& buffer, std::size_t size) {
  if (buffer.size() < size) buffer = core::AlignedBuffer<T>(size);
}

}  // namespace

template <class T>
Transfer<T>::Transfer(const Communicator& communicator, int tag, const WireCodec& wire,
                      std::vector<Step> steps, std::span<T> values, MessageBuffers<T>& buffers)
    : communicator_(communicator),
      tag_(tag),
      wire_(wire),
      steps_(std::move(steps)),
      values_(values),
      buffers_(buffers) {
  requests_.fill(MPI_REQUEST_NULL);
  buffers_.reserve(wire, values.size());
}

/// Numbers that replace others need no buffer, so they travel in one piece.
template <class T>
std::size_t Transfer<T>::piece_length() const noexcept {
  const bool in_place = step().action == Action::Replace && !encoded();
  return in_place ? kMaxCount : MessageBuffers<T>::kChunk;
}

template <class T>
Segment Transfer<T>::sent_piece(std::size_t k) const {
  return step().sent.piece(k, piece_length());
}

template <class T>
Segment Transfer<T>::received_piece(std::size_t k) const {
  return step().received.piece(k, piece_length());
}

template <class T>
bool Transfer<T>::advance() {
  bool moved = false;
  while (!done()) {
    bool now = post_receives();
    now |= post_sends();
    now |= test();
    now |= use_arrived();
    now |= finish_step();
    if (!now) break;
    moved = true;
  }
  return moved;
}

template <class T>
bool Transfer<T>::post_receives() {
  const std::size_t pieces = step().received.pieces(piece_length());
  bool posted = false;
  for (; receives_posted_ < pieces; ++receives_posted_) {
    const std::size_t slot = receives_posted_ % kSlots;
    if (receiving_[slot] != kFree) break;
    receive(receives_posted_, slot);
    posted = true;
  }
  return posted;
}

template <class T>
bool Transfer<T>::post_sends() {
  const std::size_t pieces = step().sent.pieces(piece_length());
  bool posted = false;
  for (; sends_posted_ < pieces; ++sends_posted_) {
    const std::size_t slot = sends_posted_ % kSlots;
    if (sending_[slot] != kFree) break;
    send(sends_posted_, slot);
    posted = true;
  }
  return posted;
}

// Messages are of numbers as they are, or of the bytes of encoded ones.
template <class T>
MPI_Datatype Transfer<T>::message_type() const noexcept {
  return encoded() ? MPI_BYTE : datatype<T>();
}

template <class T>
int Transfer<T>::message_count(Segment segment) const noexcept {
  return static_cast<int>(segment.count * (encoded() ? wire_.bytes : 1));
}

template <class T>
void Transfer<T>::receive(std::size_t piece, std::size_t slot) {
  const Segment segment = received_piece(piece);
  void* where = part(segment).data();
  if (encoded()) {
    where = buffers_.encoded_received[slot].data();
  } else if (step().action == Action::Add) {
    where = buffers_.received[slot].data();
  }
  check(MPI_Irecv(where, message_count(segment), message_type(), step().from, tag_,
                  raw(communicator_), &requests_[kSlots + slot]),
        "MPI_Irecv");
  receiving_[slot] = piece;
}

template <class T>
void Transfer<T>::send(std::size_t piece, std::size_t slot) {
  const Segment segment = sent_piece(piece);
  const std::span<T> values = part(segment);
  const void* from = values.data();
  if (encoded()) {
    std::byte* const bytes = buffers_.encoded_sent[slot].data();
    wire_.encode(as_floats(values), bytes);
    from = bytes;
  }
  check(MPI_Isend(from, message_count(segment), message_type(), step().to, tag_, raw(communicator_),
                  &requests_[slot]),
        "MPI_Isend");
  sending_[slot] = piece;
}

/// MPI_Testsome moves messages on and looks at most once afterwards (ompi #8904), so look twice.
template <class T>
bool Transfer<T>::test() {
  std::array<int, 2 * kSlots> finished{};
  int count = 0;
  for (int look = 0; look < 2 && count == 0; ++look) {
    check(MPI_Testsome(static_cast<int>(requests_.size()), requests_.data(), &count,
                       finished.data(), MPI_STATUSES_IGNORE),
          "MPI_Testsome");
    if (count == MPI_UNDEFINED) return false;  // nothing is under way
  }
  for (int i = 0; i < count; ++i) {
    const auto request = static_cast<std::size_t>(finished[static_cast<std::size_t>(i)]);
    if (request < kSlots) {
      sending_[request] = kFree;
    } else {
      arrived_[request - kSlots] = true;
    }
  }
  return count > 0;
}

/// Whether the numbers of this piece, which is about to be changed, have been sent.
template <class T>
bool Transfer<T>::has_left(std::size_t piece) const {
  const bool sends_the_same = step().sent.count > 0 && step().sent.first == step().received.first;
  if (!sends_the_same) return true;
  return piece < sends_posted_ && sending_[piece % kSlots] != piece;
}

template <class T>
bool Transfer<T>::use_arrived() {
  bool used = false;
  for (std::size_t slot = 0; slot < kSlots; ++slot) {
    if (!arrived_[slot] || !has_left(receiving_[slot])) continue;
    use(receiving_[slot], slot);
    arrived_[slot] = false;
    receiving_[slot] = kFree;
    ++receives_used_;
    used = true;
  }
  return used;
}

/// Whether this step was the last addition to what it received.
template <class T>
bool Transfer<T>::has_the_sum() const {
  const bool last = step_ + 1 == steps_.size() || steps_[step_ + 1].action == Action::Replace;
  return step().action == Action::Add && last;
}

template <class T>
bool Transfer<T>::finish_step() {
  const bool all_sent = sends_posted_ == step().sent.pieces(piece_length()) &&
                        sending_[0] == kFree && sending_[1] == kFree;
  if (!all_sent || receives_used_ < step().received.pieces(piece_length())) return false;
  if (encoded() && has_the_sum()) round(step().received);
  ++step_;
  sends_posted_ = receives_posted_ = receives_used_ = 0;
  return true;
}

template <class T>
std::vector<int> Transfer<T>::waits_for() const {
  std::vector<int> ranks;
  if (done()) return ranks;
  for (std::size_t slot = 0; slot < kSlots; ++slot) {
    if (sending_[slot] != kFree) ranks.push_back(step().to);
    if (receiving_[slot] != kFree && !arrived_[slot]) ranks.push_back(step().from);
  }
  std::sort(ranks.begin(), ranks.end());
  ranks.erase(std::unique(ranks.begin(), ranks.end()), ranks.end());
  return ranks;
}

template <class T>
void Transfer<T>::use(std::size_t piece, std::size_t slot) {
  const Segment segment = received_piece(piece);
  const std::span<T> own = part(segment);
  const bool adds = step().action == Action::Add;
  if (!encoded()) {
    if (adds) add(buffers_.received[slot].data(), own);
    return;
  }
  const std::byte* const arrived = buffers_.encoded_received[slot].data();
  if (!adds) return wire_.decode(arrived, as_floats(own));
  T* const received = buffers_.received[slot].data();
  wire_.decode(arrived, as_floats(std::span<T>(received, own.size())));
  round(segment);  // both sides of a sum are treated alike, whoever adds
  add(received, own);
}

/// Own numbers become what others would receive.
template <class T>
void Transfer<T>::round(Segment segment) {
  std::byte* const scratch = buffers_.rounded.data();
  for_each_piece(segment.count, MessageBuffers<T>::kChunk,
                 [&](std::size_t first, std::size_t count) {
                   const std::span<float> values = as_floats(part({segment.first + first, count}));
                   wire_.encode(values, scratch);
                   wire_.decode(scratch, values);
                 });
}

template <class T>
void Transfer<T>::add(const T* received, std::span<T> own) const {
  if (step().from < communicator_.rank()) {
    pairwise_add(received, own.data(), own.data(), own.size());
  } else {
    pairwise_add(own.data(), received, own.data(), own.size());
  }
}

template void Transfer<float>::use(std::size_t, std::size_t);
template void Transfer<double>::use(std::size_t, std::size_t);
template void Transfer<float>::round(Segment);
template void Transfer<double>::round(Segment);

template class Transfer<float>;
template class Transfer<double>;

template <class T>
void MessageBuffers<T>::reserve(const WireCodec& wire, std::size_t longest) {
  const std::size_t size = std::min(longest, kChunk);
  for (auto& buffer : received) grow(buffer, size);
  if (!is_encoded<T>(wire)) return;
  for (auto& buffer : encoded_received) grow(buffer, size * wire.bytes);
  for (auto& buffer : encoded_sent) grow(buffer, size * wire.bytes);
  grow(rounded, size * wire.bytes);
}

template <class T>
std::size_t MessageBuffers<T>::bytes(const WireCodec& wire, std::size_t longest) noexcept {
  const std::size_t encoded = is_encoded<T>(wire) ? 5 * wire.bytes : 0;
  return std::min(longest, kChunk) * (2 * sizeof(T) + encoded);
}

template struct MessageBuffers<float>;
template struct MessageBuffers<double>;

}  // namespace plumb::comm
