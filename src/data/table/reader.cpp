#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/error.hpp"
#include "data/gz_file.hpp"
#include "data/table/dialect.hpp"
#include "data/table/table.hpp"

namespace plumb::data {
namespace {

std::string read_text(GzFile& file) {
  std::string text = file.read_rest();
  if (!file.ends_early()) return text;
  throw core::IoError(
      fmt::format("{}: truncated: the gzip data breaks off after {} bytes of content; the complete "
                  "file is needed",
                  file.name(), text.size()));
}

class Reader {
 public:
  Reader(std::string file, std::string_view text, const DataSettings& settings, const Columns* like)
      : file_(std::move(file)),
        settings_(settings),
        like_(like),
        dialect_(find_dialect(text)),
        lines_(text) {}

  Table read() {
    const bool has_header = !dialect_.names.empty();
    for (std::size_t i = 0; i < dialect_.lines_to_skip + (has_header ? 1 : 0); ++i) {
      line_ = lines_.next().value_or(Line{}).number;
    }
    if (has_header) set_columns(dialect_.names.size());
    Fields fields;
    for (auto line = lines_.next(); line; line = lines_.next()) {
      line_ = line->number;
      split_line(line->text, dialect_, fields);
      add_row(fields);
    }
    if (table_.rows() == 0) {
      throw core::IoError(
          fmt::format("{}: no samples; at least one line of numbers and a label is needed", file_));
    }
    return std::move(table_);
  }

 private:
  [[noreturn]] void fail(const std::string& wrong, const std::string& allowed) const {
    throw core::IoError(fmt::format("{}:{}: {}; {}", file_, line_, wrong, allowed));
  }

  void set_columns(std::size_t count) {
    if (count < 2) {
      fail("one field",
           "at least one number and the label, separated by , ; | tabs or blanks, are needed");
    }
    std::vector<std::string> names(dialect_.names.begin(), dialect_.names.end());
    if (like_ == nullptr) {
      table_.columns = choose_columns(file_, count, std::move(names), settings_);
      return;
    }
    check_count(count, like_->count);
    check_names(names);
    table_.columns = *like_;
    table_.columns.file = file_;
  }

  void check_names(const std::vector<std::string>& names) const {
    if (names.empty() || like_->names.empty() || names == like_->names) return;
    const auto at = static_cast<std::size_t>(
        std::mismatch(names.begin(), names.end(), like_->names.begin()).first - names.begin());
    fail(fmt::format("column {} is \"{}\"", at + 1, names[at]),
         fmt::format("\"{}\", as in {}, is needed", like_->names[at], like_->file));
  }

  void check_count(std::size_t found, std::size_t wanted) const {
    if (found == wanted) return;
    fail(fmt::format("{} field{}", found, found == 1 ? "" : "s"),
         fmt::format("{}, as in {}, are needed", wanted,
                     like_ != nullptr ? like_->file : "the lines before"));
  }

  void add_row(const Fields& fields) {
    if (table_.columns.count == 0) set_columns(fields.size());
    const Columns& columns = table_.columns;
    check_count(fields.size(), columns.count);
    if (settings_.missing == Missing::Drop && misses_some(fields)) return;
    const std::string_view label = fields[columns.label];
    if (is_missing(label)) {
      fail(fmt::format("the label, {}, is \"{}\"", columns.describe(columns.label), label),
           "a label is needed; data.missing = drop leaves such samples out");
    }
    for (const std::size_t column : columns.inputs) {
      table_.values.push_back(input(fields[column], column));
    }
    table_.labels.push_back(label_text(label));
    table_.lines.push_back(line_);
  }

  /// With a decimal point.
  [[nodiscard]] std::string label_text(std::string_view label) {
    std::string text(label);
    if (!to_number(label, dialect_)) return text;
    note_decimal_mark(label);
    std::ranges::replace(text, ',', '.');
    return text;
  }

  [[nodiscard]] bool misses_some(const Fields& fields) const {
    if (is_missing(fields[table_.columns.label])) return true;
    for (const std::size_t column : table_.columns.inputs) {
      if (is_missing(fields[column])) return true;
    }
    return false;
  }

  [[nodiscard]] float input(std::string_view field, std::size_t column) {
    if (const auto value = to_number(field, dialect_)) {
      note_decimal_mark(field);
      const auto number = static_cast<float>(*value);
      if (std::isfinite(number)) return number;
    } else if (is_missing(field)) {
      if (settings_.missing == Missing::Mean) return std::numeric_limits<float>::quiet_NaN();
      fail(fmt::format("field {} is \"{}\", a missing value", column + 1, field),
           "numbers are needed; data.missing = drop leaves such samples out, mean puts the "
           "column's mean there");
    }
    fail(fmt::format("field {} is \"{}\"", column + 1, field),
         fmt::format("finite numbers are allowed; data.drop = {} leaves the column out, data.label "
                     "= {} makes it the label",
                     column + 1, column == 0 ? "first" : std::to_string(column + 1)));
  }

  /// "1,234" is read as 1.234 only where no number has a decimal point.
  void note_decimal_mark(std::string_view field) {
    if (dialect_.separator == ',') return;
    const bool comma = field.find(',') != std::string_view::npos;
    if (!comma && field.find('.') == std::string_view::npos) return;
    std::size_t& mine = comma ? first_comma_ : first_point_;
    const std::size_t other = comma ? first_point_ : first_comma_;
    if (mine == 0) mine = line_;
    if (other == 0) return;
    fail(fmt::format("\"{}\" has a decimal {}, numbers of line {} the other mark", field,
                     comma ? "comma" : "point", other),
         "one of the two is allowed");
  }

  std::string file_;
  const DataSettings& settings_;
  const Columns* like_;
  Dialect dialect_;
  Lines lines_;
  std::size_t line_ = 0;
  std::size_t first_comma_ = 0;  // line; 0: none yet
  std::size_t first_point_ = 0;
  Table table_;
};

}  // namespace

Table read_table(const std::filesystem::path& path, const DataSettings& settings,
                 const Columns* like) {
  GzFile file(path);
  const std::string text = read_text(file);
  refuse_other_formats(file.name(), text);
  return Reader(file.name(), text, settings, like).read();
}

}  // namespace plumb::data
