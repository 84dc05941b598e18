#include "comm/allreduce/message_buffers.hpp"

#include <algorithm>

namespace plumb::comm {
namespace {

template <class T>
void grow(core::AlignedBuffer<T>& buffer, std::size_t size) {
  if (buffer.size() < size) buffer = core::AlignedBuffer<T>(size);
}

}  // namespace

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
