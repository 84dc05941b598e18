// Samples that lie in memory as one array, as files of images and arrays are read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/dataset.hpp"

namespace plumb::data {

struct ArraySplit {
  // (samples, inputs) in one of the two. Bytes take a quarter of the memory that floats would, and
  // converting them is hardly slower than fetching four times as much.
  std::vector<std::uint8_t> bytes;
  std::vector<float> floats;
  std::vector<double> targets;  // (samples)

  /// Drops all samples but the first so many.
  void keep_first(std::uint64_t samples, std::size_t inputs);
};

struct ArrayDescription {
  std::string_view source;
  std::size_t inputs = 0;
  std::size_t classes = 0;  // 1: values are predicted
  bool is_regression = false;
  std::optional<Image> image{};
  float scale = 1;                         // what every number is divided by
  std::string scaling{};                   // the same in words, for DatasetSummary
  std::vector<std::string> class_names{};  // as in the file
};

class ArrayDataset final : public Dataset {
 public:
  ArrayDataset(ArrayDescription description, ArraySplit train, ArraySplit test);

  [[nodiscard]] std::string_view source() const override { return description_.source; }
  [[nodiscard]] std::size_t inputs() const override { return description_.inputs; }
  [[nodiscard]] std::size_t classes() const override { return description_.classes; }
  [[nodiscard]] bool is_regression() const override { return description_.is_regression; }
  [[nodiscard]] std::optional<Image> image() const override { return description_.image; }
  [[nodiscard]] std::optional<std::uint64_t> size(Split split) const override {
    return part(split).targets.size();
  }
  double read(Split split, std::uint64_t index, std::span<float> x) const override;
  [[nodiscard]] DatasetSummary summary() const override;

 private:
  [[nodiscard]] const ArraySplit& part(Split split) const {
    return split == Split::Train ? train_ : test_;
  }

  ArrayDescription description_;
  ArraySplit train_;
  ArraySplit test_;
};

}  // namespace plumb::data
