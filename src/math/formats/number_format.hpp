// Narrow floating-point formats, emulated in float: rounding to them, nothing else.
#pragma once

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

/// Rounds every value to the nearest one of the format, ties to even, subnormals kept, infinity
/// beyond the largest, as IEEE 754 conversion does. Float32 leaves all bits alone.
void round_to(NumberFormat format, std::span<float> values) noexcept;

namespace reference {
float rounded_to(NumberFormat format, float value) noexcept;
}  // namespace reference

}  // namespace plumb::math
