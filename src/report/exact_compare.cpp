#include "report/exact_compare.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <set>
#include <type_traits>
#include <vector>

#include "core/error.hpp"
#include "record/history_reader.hpp"
#include "report/run_summary.hpp"

namespace plumb::report {
namespace {

namespace fs = std::filesystem;
using Difference = std::optional<std::string>;

// Where timing and provenance live: they differ between two runs of the same bits.
const std::set<std::string> kLeftOut = {"/timing", "/config"};

// HDF5's own notes on dimension scales; what they say is compared as shapes.
const std::set<std::string> kScaleNotes = {"CLASS", "NAME", "DIMENSION_LIST", "REFERENCE_LIST",
                                           "DIMENSION_LABELS"};

struct ValueText {
  std::string operator()(std::monostate) const { return "no readable value"; }
  std::string operator()(std::int64_t value) const { return fmt::to_string(value); }
  std::string operator()(double value) const { return exact_text(value); }
  std::string operator()(const std::string& value) const { return fmt::format("\"{}\"", value); }
  std::string operator()(const std::vector<std::string>& values) const {
    return fmt::format("[{}]", fmt::join(values, ", "));
  }
};

// Names in either list, in alphabetical order.
std::set<std::string> united(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  std::set<std::string> names(a.begin(), a.end());
  names.insert(b.begin(), b.end());
  return names;
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Difference missing(const char* what, const std::string& path, const std::string& file) {
  return fmt::format("{}: {} missing in {}", path, what, file);
}

Difference compare_attributes(const h5::Object& a, const h5::Object& b) {
  for (const std::string& name : united(a.attribute_names(), b.attribute_names())) {
    if (kScaleNotes.contains(name)) continue;
    const std::string where = fmt::format("{}@{}", a.path(), name);
    if (!a.has_attribute(name)) return missing("attribute", where, a.file());
    if (!b.has_attribute(name)) return missing("attribute", where, b.file());
    // As text, which for numbers names every bit.
    const auto value_a = a.attribute(name);
    const auto value_b = b.attribute(name);
    const std::string text_a = std::visit(ValueText{}, value_a);
    const std::string text_b = std::visit(ValueText{}, value_b);
    if (value_a.index() == value_b.index() && text_a == text_b) continue;
    return fmt::format("{}: {} in {}, {} in {}", where, text_a, a.file(), text_b, b.file());
  }
  return std::nullopt;
}

Difference compare_datasets(const h5::Group& a, const h5::Group& b) {
  const auto names_a = a.dataset_names();
  const auto names_b = b.dataset_names();
  for (const std::string& name : united(names_a, names_b)) {
    const std::string path = (a.path() == "/" ? "" : a.path()) + "/" + name;
    if (!contains(names_a, name)) return missing("dataset", path, a.file());
    if (!contains(names_b, name)) return missing("dataset", path, b.file());
    const PlacedDataset in_a{a, a.open_dataset(name)};
    const PlacedDataset in_b{b, b.open_dataset(name)};
    if (auto difference = first_dataset_difference(in_a, in_b)) return difference;
    if (auto difference = compare_attributes(in_a.dataset, in_b.dataset)) return difference;
  }
  return std::nullopt;
}

Difference compare_groups(const h5::Group& a, const h5::Group& b) {
  if (auto difference = compare_attributes(a, b)) return difference;
  if (auto difference = compare_datasets(a, b)) return difference;
  const auto names_a = a.group_names();
  const auto names_b = b.group_names();
  for (const std::string& name : united(names_a, names_b)) {
    const std::string path = (a.path() == "/" ? "" : a.path()) + "/" + name;
    if (kLeftOut.contains(path)) continue;
    if (!contains(names_a, name)) return missing("group", path, a.file());
    if (!contains(names_b, name)) return missing("group", path, b.file());
    if (auto difference = compare_groups(a.open_group(name), b.open_group(name))) return difference;
  }
  return std::nullopt;
}

Difference compare_files(const fs::path& a, const fs::path& b) {
  const record::HistoryReader history_a(a);
  const record::HistoryReader history_b(b);
  return compare_groups(history_a.root(), history_b.root());
}

std::vector<std::string> history_names(const fs::path& folder) {
  std::vector<std::string> names;
  for (const fs::path& path : find_histories({folder})) names.push_back(path.filename().string());
  return names;
}

Difference compare_folders(const fs::path& a, const fs::path& b) {
  const auto names_a = history_names(a);
  const auto names_b = history_names(b);
  for (const std::string& name : united(names_a, names_b)) {
    if (!contains(names_a, name)) return missing("history", name, a.string());
    if (!contains(names_b, name)) return missing("history", name, b.string());
    if (auto difference = compare_files(a / name, b / name)) return difference;
  }
  return std::nullopt;
}

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

Difference first_difference(const fs::path& a, const fs::path& b) {
  const bool folder_a = fs::is_directory(a);
  if (folder_a != fs::is_directory(b)) {
    throw core::UsageError(
        fmt::format("{} and {}: a file and a folder; two files or two folders are wanted",
                    a.string(), b.string()));
  }
  return folder_a ? compare_folders(a, b) : compare_files(a, b);
}

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
