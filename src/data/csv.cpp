// Data sets in text files of comma-separated numbers: a training file and, where one is given, a
// test file. Features of both are divided by the largest magnitude in the
// training file, so that training inputs lie in [-1, 1]. Classes: the training file's largest label
// and 1; a larger label in the test file is an error. With data.samples only the first so many of
// the training file are used, but scale and classes are still those of the whole file.
#include "data/csv.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cassert>
#include <charconv>
#include <cmath>
#include <string_view>
#include <utility>

#include "core/error.hpp"
#include "data/gz_file.hpp"
#include "data/source.hpp"

namespace plumb::data {
namespace {

/// The file does not say whether its numbers are pixels; square ones are taken for such.
std::optional<Image> square_image(std::size_t inputs) {
  const auto side = static_cast<std::size_t>(std::lround(std::sqrt(inputs)));
  if (side * side != inputs) return std::nullopt;
  return Image{side, side};
}

class CsvDataset final : public Dataset {
 public:
  CsvDataset(CsvTable train, CsvTable test, std::size_t classes)
      : train_(std::move(train)), test_(std::move(test)), classes_(classes) {}

  [[nodiscard]] std::string_view source() const override { return kCsvSource.name; }
  [[nodiscard]] std::size_t inputs() const override { return train_.columns; }
  [[nodiscard]] std::size_t classes() const override { return classes_; }
  [[nodiscard]] std::optional<Image> image() const override { return square_image(inputs()); }
  [[nodiscard]] std::optional<std::uint64_t> size(Split split) const override {
    return part(split).rows();
  }

  double read(Split split, std::uint64_t index, std::span<float> x) const override {
    const CsvTable& from = part(split);
    assert(index < from.rows() && x.size() == inputs());
    std::copy_n(from.values.data() + index * inputs(), inputs(), x.begin());
    return from.labels[index];
  }

  [[nodiscard]] DatasetSummary summary() const override {
    DatasetSummary summary = Dataset::summary();
    summary.class_counts.resize(classes_);
    for (const std::int32_t label : train_.labels) ++summary.class_counts[label];
    summary.scaling = "divided by the largest magnitude";
    return summary;
  }

 private:
  [[nodiscard]] const CsvTable& part(Split split) const {
    return split == Split::Train ? train_ : test_;
  }

  CsvTable train_;
  CsvTable test_;
  std::size_t classes_;
};

CsvTable open_table(const std::filesystem::path& path, const char* key,
                    const std::optional<CsvShape>& shape = {}) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    throw core::IoError(
        fmt::format("{}: no such file; {} must name a CSV file, raw or gzip", path.string(), key));
  }
  return read_csv(path, shape);
}

void divide(CsvTable& table, float scale) {
  if (scale == 0) return;
  for (float& v : table.values) v /= scale;
}

void keep_first(std::uint64_t samples, CsvTable& table) {
  table.labels.resize(limited_samples(samples, table.rows(), table.name));
  table.values.resize(table.labels.size() * table.columns);
}

std::unique_ptr<const Dataset> open(const DataSettings& settings, std::uint64_t /*seed*/) {
  CsvTable train = open_table(settings.path, "data.path");
  const std::size_t classes = train.classes();
  if (classes < 2) {
    throw core::IoError(fmt::format(
        "{}: every class (last field) is 0; at least two classes are needed", train.name));
  }
  CsvTable test;
  if (!settings.test_path.empty()) {
    test = open_table(settings.test_path, "data.test_path",
                      CsvShape{train.columns, classes, train.name});
  }
  const float scale = train.largest_magnitude();
  keep_first(settings.samples, train);
  divide(train, scale);
  divide(test, scale);
  return std::make_unique<CsvDataset>(std::move(train), std::move(test), classes);
}

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

constinit const SourceInfo kCsvSource{.source = Source::Csv,
                                      .name = "csv",
                                      .path = "the file with the training samples, label last",
                                      .takes_test_path = true,
                                      .images = Has::DependsOnFile,
                                      .test_split = Has::Never,
                                      .open = open};

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
