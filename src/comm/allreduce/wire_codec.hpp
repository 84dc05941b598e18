// What floats look like on their way between ranks.
#pragma once

#include <cstddef>
#include <functional>
#include <span>

namespace plumb::comm {

/// Writes floats in fewer bytes and reads them back. Default: they travel as they are in memory.
/// All ranks have the same one. Called for some ten thousand numbers at a time.
struct WireCodec {
  std::size_t bytes = 0;  // of one number on the wire, below sizeof(float); 0: as in memory
  /// `out`: room for values.size() * bytes. Rounds as it likes, everywhere alike.
  std::function<void(std::span<const float> values, std::byte* out)> encode = {};
  /// Exact. `in`: values.size() * bytes.
  std::function<void(const std::byte* in, std::span<float> values)> decode = {};
};

/// Whether sums of T are encoded: doubles never are.
template <class T>
bool is_encoded(const WireCodec& wire) noexcept {
  return sizeof(T) == sizeof(float) && wire.bytes != 0;
}

/// Bytes of one T on the wire.
template <class T>
std::size_t wire_bytes(const WireCodec& wire) noexcept {
  return is_encoded<T>(wire) ? wire.bytes : sizeof(T);
}

}  // namespace plumb::comm
