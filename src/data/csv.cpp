#include "data/csv.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

#include "core/error.hpp"
#include "data/csv_table.hpp"
#include "data/sample_limit.hpp"

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

  [[nodiscard]] std::string_view source() const override { return "csv"; }
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

}  // namespace

std::unique_ptr<const Dataset> open_csv(const std::filesystem::path& path,
                                        const std::filesystem::path& test_path,
                                        std::uint64_t samples) {
  CsvTable train = open_table(path, "data.path");
  const std::size_t classes = train.classes();
  if (classes < 2) {
    throw core::IoError(fmt::format(
        "{}: every class (last field) is 0; at least two classes are needed", train.name));
  }
  CsvTable test;
  if (!test_path.empty()) {
    test = open_table(test_path, "data.test_path", CsvShape{train.columns, classes, train.name});
  }
  const float scale = train.largest_magnitude();
  keep_first(samples, train);
  divide(train, scale);
  divide(test, scale);
  return std::make_unique<CsvDataset>(std::move(train), std::move(test), classes);
}

}  // namespace plumb::data
