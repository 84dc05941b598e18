#include "report/exact_compare.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "core/error.hpp"
#include "record/history_reader.hpp"
#include "report/dataset_compare.hpp"
#include "report/find_histories.hpp"

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

}  // namespace plumb::report
