#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <span>
#include <string_view>

#include "core/error.hpp"
#include "data/table/table.hpp"

namespace plumb::data {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

std::string allowed_columns(const Columns& columns) {
  std::string allowed = fmt::format("first, last, 1 to {}", columns.count);
  if (columns.names.empty()) return allowed;
  constexpr std::size_t kShown = 20;
  const auto shown = std::span(columns.names).first(std::min(kShown, columns.names.size()));
  return fmt::format("{}, {}{}", allowed, fmt::join(shown, ", "),
                     shown.size() < columns.names.size() ? ", ..." : "");
}

/// A name goes before a number: pandas' columns may be called 0, 1, 2.
std::size_t find_column(const Columns& columns, const char* key, std::string_view wanted) {
  const auto named = std::ranges::find(columns.names, wanted);
  if (named != columns.names.end()) {
    return static_cast<std::size_t>(named - columns.names.begin());
  }
  if (wanted == "first") return 0;
  if (wanted == "last") return columns.count - 1;
  std::size_t number = 0;
  const char* end = wanted.data() + wanted.size();
  const auto [stop, error] = std::from_chars(wanted.data(), end, number);
  if (error == std::errc{} && stop == end && number >= 1 && number <= columns.count) {
    return number - 1;
  }
  throw core::UsageError(fmt::format("{} = {}: {} has no such column; allowed: {}", key, wanted,
                                     columns.file, allowed_columns(columns)));
}

std::vector<bool> dropped_columns(const Columns& columns, std::string_view drop) {
  std::vector<bool> dropped(columns.count);
  while (!drop.empty()) {
    const std::size_t comma = drop.find(',');
    const std::string_view wanted = trimmed(drop.substr(0, comma));
    drop.remove_prefix(comma == std::string_view::npos ? drop.size() : comma + 1);
    if (!wanted.empty()) dropped[find_column(columns, "data.drop", wanted)] = true;
  }
  return dropped;
}

}  // namespace

std::string Columns::describe(std::size_t column) const {
  std::string text = fmt::format("column {}", column + 1);
  if (!names.empty()) text += fmt::format(" (\"{}\")", names[column]);
  return text;
}

Columns choose_columns(const std::string& file, std::size_t count, std::vector<std::string> names,
                       const DataSettings& settings) {
  Columns columns{file, count, std::move(names), 0, {}};
  columns.label = find_column(columns, "data.label", trimmed(settings.label));
  const std::vector<bool> dropped = dropped_columns(columns, settings.drop);
  if (dropped[columns.label]) {
    throw core::UsageError(
        fmt::format("data.drop = {} holds the label, {} of {}; another data.label, or another "
                    "column to drop, is allowed",
                    settings.drop, columns.describe(columns.label), file));
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (i != columns.label && !dropped[i]) columns.inputs.push_back(i);
  }
  if (columns.inputs.empty()) {
    throw core::UsageError(
        fmt::format("data.drop = {} leaves no column of {}; at least 1 besides the label is needed",
                    settings.drop, file));
  }
  return columns;
}

}  // namespace plumb::data
