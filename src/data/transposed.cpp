#include "data/transposed.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace plumb::data {
namespace {

class Transposed final : public Dataset {
 public:
  explicit Transposed(std::unique_ptr<const Dataset> dataset)
      : dataset_(std::move(dataset)), stored_(dataset_->image().value_or(Image{})) {}

  [[nodiscard]] std::string_view source() const override { return dataset_->source(); }
  [[nodiscard]] std::size_t inputs() const override { return dataset_->inputs(); }
  [[nodiscard]] std::size_t classes() const override { return dataset_->classes(); }
  [[nodiscard]] bool is_regression() const override { return dataset_->is_regression(); }
  [[nodiscard]] std::optional<Image> image() const override {
    return Image{stored_.width, stored_.height, stored_.channels};
  }
  [[nodiscard]] std::optional<std::uint64_t> size(Split split) const override {
    return dataset_->size(split);
  }

  double read(Split split, std::uint64_t index, std::span<float> x) const override {
    thread_local std::vector<float> pixels;
    pixels.resize(x.size());
    const double target = dataset_->read(split, index, pixels);
    auto to = x.begin();
    for (std::size_t column = 0; column < stored_.width; ++column) {
      for (std::size_t row = 0; row < stored_.height; ++row) {
        const float* pixel = pixels.data() + (row * stored_.width + column) * stored_.channels;
        to = std::copy_n(pixel, stored_.channels, to);
      }
    }
    return target;
  }
  [[nodiscard]] DatasetSummary summary() const override { return dataset_->summary(); }

 private:
  std::unique_ptr<const Dataset> dataset_;
  Image stored_;
};

}  // namespace

std::unique_ptr<const Dataset> transposed(std::unique_ptr<const Dataset> dataset) {
  return std::make_unique<Transposed>(std::move(dataset));
}

}  // namespace plumb::data
