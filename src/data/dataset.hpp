// A dataset gives sample i, for any i, on any rank.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/names.hpp"

namespace plumb::data {

enum class Split { Train, Test };

/// Grey pixels, row by row.
struct Image {
  std::size_t height = 0;
  std::size_t width = 0;
  friend bool operator==(const Image&, const Image&) = default;
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
};

enum class Source { Shapes, Teacher, Spirals, Idx, Csv, Adding };

std::span<const core::Named<Source>> enum_names(Source);

struct DataSettings {
  Source source = Source::Shapes;
  std::string path;           // idx: folder with the four MNIST-named files; csv: training file
  std::string test_path;      // csv: test file; empty = no test split
  std::uint64_t samples = 0;  // use the first so many training samples; 0 = all (or endless)
  std::size_t inputs = 784;   // teacher only
  std::size_t classes = 10;   // teacher only
  std::size_t sequence = 0;   // adding only: time steps, the network's depth
};

/// Opens or sets up a dataset. Relative paths are looked up in data_dir. `seed` steers generated
/// data only. Generated data with settings.samples > 0 is a fixed set of that many samples.
/// Throws core::IoError "FILE: what is wrong; what is allowed" for files that cannot be used and
/// core::UsageError for settings that make no sense (samples beyond the file).
std::unique_ptr<const Dataset> open_dataset(const DataSettings& settings,
                                            const std::filesystem::path& data_dir,
                                            std::uint64_t seed);

}  // namespace plumb::data
