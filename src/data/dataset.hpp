// A dataset gives sample i, for any i, on any rank; whether two ranks have the same data is told by
// its fingerprint.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::data {

enum class Split { Train, Test };

/// Pixels row by row, each with its channels side by side: 1 for grey, 3 for colours.
struct Image {
  std::size_t height = 0;
  std::size_t width = 0;
  std::size_t channels = 1;
  friend bool operator==(const Image&, const Image&) = default;
};

/// What a run says of its data before it trains, beside its shape.
struct DatasetSummary {
  std::vector<std::string> class_names{};  // as in the files, class 0 first; empty: they have none
  std::string scaling = "none";            // such as "standard, per column"
  std::vector<std::string> warnings{};     // one line each, with the remedy
};

class Dataset {
 public:
  Dataset() = default;
  Dataset(const Dataset&) = delete;
  Dataset& operator=(const Dataset&) = delete;
  virtual ~Dataset() = default;

  /// The value of data.source: "shapes", "idx", ...
  [[nodiscard]] virtual std::string_view source() const = 0;
  /// Numbers per sample.
  [[nodiscard]] virtual std::size_t inputs() const = 0;
  /// Classes to tell apart; 1 for regression, whose network has one output.
  [[nodiscard]] virtual std::size_t classes() const = 0;
  /// Whether read() returns a value to be predicted in place of a class.
  [[nodiscard]] virtual bool is_regression() const { return false; }
  /// How the numbers of a sample lie in an image; nullopt when they are none.
  [[nodiscard]] virtual std::optional<Image> image() const { return std::nullopt; }
  /// Samples in a split; nullopt when it is endless, 0 when there is none.
  [[nodiscard]] virtual std::optional<std::uint64_t> size(Split split) const = 0;
  /// Writes sample `index` of the split to x (length inputs()) and returns its target: its class, a
  /// whole number in 0 .. classes()-1, or the value to be predicted. Any thread may call it at any
  /// time. index < size(split) where bounded.
  virtual double read(Split split, std::uint64_t index, std::span<float> x) const = 0;
  /// Sizes alone, where a source knows no more.
  [[nodiscard]] virtual DatasetSummary summary() const { return {}; }
};

/// A hash of all that training can see of a data set: its kind and sizes and, of data that is read
/// from files, every sample and target of both splits. Of generated data, endless or not, only the
/// first ones are drawn, kDrawnNumbers numbers of each split at most (but one sample at least):
/// they depend on the seed and on every parameter. About 0.1 s for MNIST.
/// Equal data give the same value in every process of one build; nothing is promised beyond.
std::uint64_t fingerprint(const Dataset& dataset);

inline constexpr std::uint64_t kDrawnNumbers = std::uint64_t{1} << 18;

struct ImageLayout {
  Image image;
  bool planes = false;  // (channels, height, width); else as Image says
};

/// Of one sample's axes: (height, width), (height, width, channels) or (channels, height, width)
/// with 1 to 4 channels; the last axis where both could be the channels. nullopt for all others.
std::optional<ImageLayout> image_layout(std::span<const std::uint64_t> sample_axes);

/// pixels (height, width, channels) from planes (channels, height, width).
template <class T>
void interleave(const Image& image, std::span<const T> planes, std::span<T> pixels) {
  const std::size_t count = image.height * image.width;
  for (std::size_t c = 0; c < image.channels; ++c) {
    for (std::size_t p = 0; p < count; ++p) pixels[p * image.channels + c] = planes[c * count + p];
  }
}

}  // namespace plumb::data
