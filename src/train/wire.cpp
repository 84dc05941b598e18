#include "train/wire.hpp"

#include <cstdint>

namespace plumb::train {

comm::WireCodec wire_codec(math::NumberFormat format) {
  if (format == math::NumberFormat::Float32) return {};
  // The codec's buffers hold nothing but these codes, and are aligned for anything.
  return {.bytes = math::bytes_of(format),
          .encode =
              [format](std::span<const float> values, std::byte* out) {
                math::encode(format, values, reinterpret_cast<std::uint16_t*>(out));
              },
          .decode =
              [format](const std::byte* in, std::span<float> values) {
                math::decode(format, reinterpret_cast<const std::uint16_t*>(in), values);
              }};
}

}  // namespace plumb::train
