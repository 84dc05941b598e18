#include "report/dataset_compare.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <bit>
#include <cmath>
#include <type_traits>
#include <vector>

namespace plumb::report {
namespace {

using Values = std::vector<std::uint64_t>;

// "step 12, layer 3": the places that the scales give to a position in C order.
std::string place_of(const PlacedDataset& where, std::size_t position) {
  const auto dims = where.dataset.dims();
  const auto scales = where.dataset.scale_names();
  std::vector<std::string> parts(dims.size());
  for (std::size_t axis = dims.size(); axis-- > 0;) {
    const std::size_t index = position % dims[axis];
    position /= dims[axis];
    parts[axis] = fmt::format("index {}", index);
    if (scales[axis].empty()) continue;
    const h5::Dataset scale = where.group.open_dataset(scales[axis]);
    parts[axis] = scale.type() == h5::Type::String
                      ? fmt::format("{} {}", scales[axis], scale.read_strings().at(index))
                      : fmt::format("{} {}", scales[axis], scale.read<std::int64_t>().at(index));
  }
  return dims.empty() ? "" : fmt::format(" at {}", fmt::join(parts, ", "));
}

template <class T>
std::string in_full(const T& value) {
  if constexpr (std::is_floating_point_v<T>) {
    return exact_text(value);
  } else if constexpr (std::is_integral_v<T>) {
    return fmt::to_string(value);
  } else {
    return fmt::format("\"{}\"", value);
  }
}

bool same_bits(float x, float y) {
  return std::bit_cast<std::uint32_t>(x) == std::bit_cast<std::uint32_t>(y);
}
bool same_bits(double x, double y) {
  return std::bit_cast<std::uint64_t>(x) == std::bit_cast<std::uint64_t>(y);
}
template <class T>
bool same_bits(const T& x, const T& y) {
  return x == y;
}

template <class T>
std::optional<std::string> first_value_difference(const PlacedDataset& a, const PlacedDataset& b,
                                                  const std::vector<T>& in_a,
                                                  const std::vector<T>& in_b) {
  for (std::size_t i = 0; i < in_a.size(); ++i) {
    if (same_bits(in_a[i], in_b[i])) continue;
    return fmt::format("{}{}: {} in {}, {} in {}", a.dataset.path(), place_of(a, i),
                       in_full(in_a[i]), a.dataset.file(), in_full(in_b[i]), b.dataset.file());
  }
  return std::nullopt;
}

template <class T>
std::optional<std::string> compare_numbers(const PlacedDataset& a, const PlacedDataset& b) {
  return first_value_difference(a, b, a.dataset.read<T>(), b.dataset.read<T>());
}

std::optional<std::string> compare_values(const PlacedDataset& a, const PlacedDataset& b) {
  switch (a.dataset.type()) {
    case h5::Type::Float32:
      return compare_numbers<float>(a, b);
    case h5::Type::Float64:
      return compare_numbers<double>(a, b);
    case h5::Type::Int32:
      return compare_numbers<std::int32_t>(a, b);
    case h5::Type::Int64:
      return compare_numbers<std::int64_t>(a, b);
    case h5::Type::Uint8:
    case h5::Type::Uint64:
      return compare_numbers<std::uint64_t>(a, b);
    case h5::Type::String:
      return first_value_difference(a, b, a.dataset.read_strings(), b.dataset.read_strings());
    case h5::Type::Other:
      break;
  }
  return fmt::format("{}: of a type that no history has", a.dataset.path());
}

}  // namespace

std::string exact_text(double value) {
  if (std::isnan(value)) {
    return fmt::format("nan (bits {:016x})", std::bit_cast<std::uint64_t>(value));
  }
  return fmt::format("{} ({:a})", value, value);
}

std::string exact_text(float value) {
  if (std::isnan(value)) {
    return fmt::format("nan (bits {:08x})", std::bit_cast<std::uint32_t>(value));
  }
  return fmt::format("{} ({:a})", value, value);
}

std::optional<std::string> first_dataset_difference(const PlacedDataset& a,
                                                    const PlacedDataset& b) {
  const auto type_a = a.dataset.type();
  const auto type_b = b.dataset.type();
  if (type_a != type_b) {
    return fmt::format("{}: type {} in {}, {} in {}", a.dataset.path(), to_string(type_a),
                       a.dataset.file(), to_string(type_b), b.dataset.file());
  }
  const auto dims_a = a.dataset.dims();
  const auto dims_b = b.dataset.dims();
  if (dims_a != dims_b) {
    return fmt::format("{}: shape ({}) in {}, ({}) in {}", a.dataset.path(),
                       fmt::join(dims_a, ", "), a.dataset.file(), fmt::join(dims_b, ", "),
                       b.dataset.file());
  }
  return compare_values(a, b);
}

}  // namespace plumb::report
