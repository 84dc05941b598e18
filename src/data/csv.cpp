// Data sets in text files of comma-separated numbers: a training file and, where one is given, a
// test file (see csv_table.hpp). Features of both are divided by the largest magnitude in the
// training file, so that training inputs lie in [-1, 1]. Classes: the training file's largest label
// and 1; a larger label in the test file is an error. With data.samples only the first so many of
// the training file are used, but scale and classes are still those of the whole file.
#include <fmt/core.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

#include "core/error.hpp"
#include "data/csv_table.hpp"
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

}  // namespace

constinit const SourceInfo kCsvSource{.source = Source::Csv,
                                      .name = "csv",
                                      .path = "the file with the training samples, label last",
                                      .takes_test_path = true,
                                      .images = Has::DependsOnFile,
                                      .test_split = Has::Never,
                                      .open = open};

}  // namespace plumb::data
