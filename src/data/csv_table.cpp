#include "data/csv_table.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>
#include <utility>

#include "core/error.hpp"
#include "data/gz_file.hpp"

namespace plumb::data {
namespace {

constexpr double kMaxLabel = 65535;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

/// Cuts off and returns what comes before the separator, or all of `rest`.
std::string_view take_until(char separator, std::string_view& rest) {
  const std::size_t end = rest.find(separator);
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return part;
}

std::vector<std::string_view> split_fields(std::string_view line) {
  const auto commas = static_cast<std::size_t>(std::ranges::count(line, ','));
  std::vector<std::string_view> fields(commas + 1);
  for (std::string_view& field : fields) field = trimmed(take_until(',', line));
  return fields;
}

std::optional<double> to_number(std::string_view field) {
  if (field.starts_with('+')) field.remove_prefix(1);
  double value = 0;
  const char* end = field.data() + field.size();
  const auto [stop, error] = std::from_chars(field.data(), end, value);
  if (error != std::errc{} || stop != end || field.empty()) return std::nullopt;
  return value;
}

bool is_header(const std::vector<std::string_view>& fields) {
  return std::ranges::none_of(fields, [](std::string_view f) { return to_number(f).has_value(); });
}

class Parser {
 public:
  Parser(std::string name, const std::optional<CsvShape>& shape) : shape_(shape) {
    table_.name = std::move(name);
    if (shape_) table_.columns = shape_->columns;
  }

  CsvTable parse(std::string_view text) {
    constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    while (!text.empty()) {
      ++line_;
      const std::string_view line = trimmed(take_until('\n', text));
      if (!line.empty() && line.front() != '#') add_line(line);
    }
    return std::move(table_);
  }

 private:
  [[noreturn]] void fail(const std::string& wrong, const std::string& allowed) const {
    throw core::IoError(fmt::format("{}:{}: {}; {}", table_.name, line_, wrong, allowed));
  }

  void add_line(std::string_view line) {
    const auto fields = split_fields(line);
    const bool first = std::exchange(before_first_line_, false);
    if (first && is_header(fields)) return;
    check_field_count(fields.size());
    for (std::size_t i = 0; i + 1 < fields.size(); ++i) table_.values.push_back(feature(fields, i));
    table_.labels.push_back(label(fields.back()));
  }

  void check_field_count(std::size_t count) {
    if (count < 2) fail("one field", "at least one number and the class are needed");
    if (table_.columns == 0) table_.columns = count - 1;
    if (count == table_.columns + 1) return;
    fail(fmt::format("{} fields", count),
         fmt::format("{} numbers and the class, as in {}, are needed", table_.columns,
                     shape_ ? shape_->from : "the lines before"));
  }

  [[nodiscard]] float feature(const std::vector<std::string_view>& fields, std::size_t i) const {
    const auto value = to_number(fields[i]);
    const auto number = static_cast<float>(value.value_or(HUGE_VAL));
    if (!std::isfinite(number)) {
      fail(fmt::format("field {} is \"{}\"", i + 1, fields[i]), "finite numbers are allowed");
    }
    return number;
  }

  [[nodiscard]] std::int32_t label(std::string_view field) const {
    const auto value = to_number(field);
    const double largest = shape_ ? static_cast<double>(shape_->classes - 1) : kMaxLabel;
    if (!value || *value != std::floor(*value) || *value < 0 || *value > largest) {
      fail(fmt::format("the class (last field) is \"{}\"", field),
           fmt::format("whole numbers from 0 to {:.0f}{} are allowed", largest,
                       shape_ ? ", as in " + shape_->from + "," : ""));
    }
    return static_cast<std::int32_t>(*value);
  }

  const std::optional<CsvShape>& shape_;
  CsvTable table_;
  std::size_t line_ = 0;
  bool before_first_line_ = true;
};

}  // namespace

std::size_t CsvTable::classes() const noexcept {
  if (labels.empty()) return 0;
  return static_cast<std::size_t>(*std::ranges::max_element(labels)) + 1;
}

float CsvTable::largest_magnitude() const noexcept {
  float largest = 0;
  for (const float v : values) largest = std::max(largest, std::abs(v));
  return largest;
}

CsvTable read_csv(const std::filesystem::path& path, const std::optional<CsvShape>& shape) {
  GzFile file(path);
  const std::string text = file.read_rest();
  if (file.ends_early()) {
    throw core::IoError(
        fmt::format("{}: truncated: the gzip data breaks off after {} bytes of content; "
                    "the complete file is needed",
                    file.name(), text.size()));
  }
  CsvTable table = Parser(file.name(), shape).parse(text);
  if (table.rows() == 0) {
    throw core::IoError(fmt::format(
        "{}: no samples; at least one line of numbers with the class last is needed", table.name));
  }
  return table;
}

}  // namespace plumb::data
