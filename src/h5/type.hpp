// The value types that every reader of netCDF-4 understands: no bool, enum or compound.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace plumb::h5 {

enum class Type { Float32, Float64, Int32, Int64, Uint8, Uint64, String, Other };

/// What HDF5 converts between sizes and byte orders by itself: int16 is read as float just as well.
enum class NumberKind { None, Integer, Floating };

/// "float32", ..., "string" (variable-length UTF-8), "other".
const char* to_string(Type type);

/// Bytes of one number in memory; 0 for String and Other.
std::size_t size_of(Type type);

template <class T>
struct TypeOf;
template <>
struct TypeOf<float> {
  static constexpr Type value = Type::Float32;
};
template <>
struct TypeOf<double> {
  static constexpr Type value = Type::Float64;
};
template <>
struct TypeOf<std::int32_t> {
  static constexpr Type value = Type::Int32;
};
template <>
struct TypeOf<std::int64_t> {
  static constexpr Type value = Type::Int64;
};
template <>
struct TypeOf<std::uint8_t> {
  static constexpr Type value = Type::Uint8;
};
template <>
struct TypeOf<std::uint64_t> {
  static constexpr Type value = Type::Uint64;
};

/// monostate: absent, or of a type this room does not write.
using AttributeValue =
    std::variant<std::monostate, std::int64_t, double, std::string, std::vector<std::string>>;

}  // namespace plumb::h5
