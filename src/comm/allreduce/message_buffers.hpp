// Private to this room: memory for messages.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <type_traits>

#include "comm/allreduce/wire_codec.hpp"
#include "core/aligned_buffer.hpp"

namespace plumb::comm {

/// Two chunks of 256 KiB stay in a second-level cache; 64 KiB lost up to 40 % to handshakes above
/// 1 MiB.
inline constexpr std::size_t kChunkBytes = std::size_t{256} << 10;

/// The span as floats: only they are encoded.
template <class T>
std::span<float> as_floats(std::span<T> values) noexcept {
  if constexpr (std::is_same_v<T, float>) return values;
  return {};
}

/// Memory for the messages of one transfer, kept for the next one.
template <class T>
struct MessageBuffers {
  static constexpr std::size_t kChunk = kChunkBytes / sizeof(T);

  /// Enough for transfers of up to `longest` values.
  void reserve(const WireCodec& wire, std::size_t longest);
  /// Bytes it takes.
  static std::size_t bytes(const WireCodec& wire, std::size_t longest) noexcept;

  std::array<core::AlignedBuffer<T>, 2> received;  // numbers to be added
  std::array<core::AlignedBuffer<std::byte>, 2> encoded_received;
  std::array<core::AlignedBuffer<std::byte>, 2> encoded_sent;
  core::AlignedBuffer<std::byte> rounded;
};

}  // namespace plumb::comm
