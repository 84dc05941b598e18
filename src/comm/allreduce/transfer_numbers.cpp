// What a transfer does with the numbers that arrive.
#include "comm/allreduce/pairwise_add.hpp"
#include "comm/allreduce/transfer.hpp"
#include "comm/mpi_call.hpp"

namespace plumb::comm {

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

}  // namespace plumb::comm
