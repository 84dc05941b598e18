// What numbers look like on their way between ranks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/names.hpp"

namespace plumb::comm {

/// Float32: as in memory. The others halve the bytes. bfloat16: 8 exponent and 7 stored fraction
/// bits; float16: IEEE 754 binary16, 5 and 10.
enum class WireFormat { Float32, BFloat16, Float16 };

inline constexpr core::Named<WireFormat> kWireFormatNames[] = {{WireFormat::Float32, "float32"},
                                                               {WireFormat::BFloat16, "bfloat16"},
                                                               {WireFormat::Float16, "float16"}};
inline std::span<const core::Named<WireFormat>> enum_names(WireFormat) { return kWireFormatNames; }

/// Bytes of one float on the wire.
constexpr std::size_t wire_bytes(WireFormat format) noexcept {
  return format == WireFormat::Float32 ? sizeof(float) : sizeof(std::uint16_t);
}

/// out[i] = values[i] in a narrow format (not Float32): the nearest, ties to even, subnormals kept,
/// infinity beyond the largest, NaN quiet. `out`: room for values.size().
void encode(WireFormat format, std::span<const float> values, std::uint16_t* out) noexcept;
/// values[i] = in[i], which is exact. `in`: values.size() numbers.
void decode(WireFormat format, const std::uint16_t* in, std::span<float> values) noexcept;

namespace reference {
std::uint16_t encoded(WireFormat format, float value) noexcept;
float decoded(WireFormat format, std::uint16_t bits) noexcept;
}  // namespace reference

}  // namespace plumb::comm
