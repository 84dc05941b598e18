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
void MessageBuffers<T>::reserve(WireFormat wire, std::size_t longest) {
  const std::size_t size = std::min(longest, kChunk);
  for (auto& buffer : received) grow(buffer, size);
  if (!is_narrow<T>(wire)) return;
  for (auto& buffer : narrow_received) grow(buffer, size);
  for (auto& buffer : narrow_sent) grow(buffer, size);
  grow(rounded, size);
}

template <class T>
std::size_t MessageBuffers<T>::bytes(WireFormat wire, std::size_t longest) noexcept {
  const std::size_t narrow_numbers = is_narrow<T>(wire) ? 5 : 0;
  return std::min(longest, kChunk) * (2 * sizeof(T) + narrow_numbers * sizeof(std::uint16_t));
}

template struct MessageBuffers<float>;
template struct MessageBuffers<double>;

}  // namespace plumb::comm
