// Narrow floating-point formats: rounding floats to them, and their codes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/names.hpp"

namespace plumb::math {

/// bfloat16: 8 exponent and 7 stored fraction bits. float16: IEEE 754 binary16, 5 and 10.
enum class NumberFormat { Float32, BFloat16, Float16 };

inline constexpr core::Named<NumberFormat> kNumberFormatNames[] = {
    {NumberFormat::Float32, "float32"},
    {NumberFormat::BFloat16, "bfloat16"},
    {NumberFormat::Float16, "float16"}};
inline std::span<const core::Named<NumberFormat>> enum_names(NumberFormat) {
  return kNumberFormatNames;
}

/// Of one number, stored in the format.
std::size_t bytes_of(NumberFormat format) noexcept;

/// Rounds every value to the nearest one of the format, ties to even, subnormals kept, infinity
/// beyond the largest, as IEEE 754 conversion does; NaN becomes quiet and keeps as much of its
/// payload as fits. Float32 leaves all bits alone.
void round_to(NumberFormat format, std::span<float> values) noexcept;

/// out[i] = values[i] in a format of two bytes (not Float32), rounded as round_to() does. `out`:
/// room for values.size().
void encode(NumberFormat format, std::span<const float> values, std::uint16_t* out) noexcept;
/// values[i] = in[i], which is exact. `in`: values.size() numbers.
void decode(NumberFormat format, const std::uint16_t* in, std::span<float> values) noexcept;

namespace reference {
std::uint16_t encoded(NumberFormat format, float value) noexcept;
float decoded(NumberFormat format, std::uint16_t bits) noexcept;
float rounded_to(NumberFormat format, float value) noexcept;
}  // namespace reference

}  // namespace plumb::math
