// Data sets that are drawn, not read: sample i comes from its own random stream. Standard normal
// numbers are drawn fast enough for a whole input vector inside a training step.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/random.hpp"
#include "data/source.hpp"

namespace plumb::data {

/// What a generated data set draws, as a recipe that turns a random stream into one sample.
class Generator {
 public:
  Generator() = default;
  Generator(const Generator&) = delete;
  Generator& operator=(const Generator&) = delete;
  virtual ~Generator() = default;

  [[nodiscard]] virtual std::string_view source() const = 0;
  [[nodiscard]] virtual std::size_t inputs() const = 0;
  [[nodiscard]] virtual std::size_t classes() const = 0;
  [[nodiscard]] virtual bool is_regression() const { return false; }
  [[nodiscard]] virtual std::optional<Image> image() const { return std::nullopt; }
  /// Writes one sample to x (length inputs()) and returns its target (see Dataset::read). Any
  /// thread may call it.
  virtual double draw(core::RandomStream& stream, std::span<float> x) const = 0;
};

/// Endless training and test splits, or a training split of a fixed number of samples: the first
/// so many of the endless one.
class GeneratedDataset final : public Dataset {
 public:
  /// samples = 0: endless. A fixed set of at most kStoredBytes is drawn once, here, and read from
  /// memory afterwards; a larger one is drawn again at each read, with the same values.
  GeneratedDataset(std::unique_ptr<const Generator> generator, std::uint64_t seed,
                   std::uint64_t samples);

  static constexpr std::uint64_t kStoredBytes = std::uint64_t{256} << 20;

  [[nodiscard]] std::string_view source() const override { return generator_->source(); }
  [[nodiscard]] std::size_t inputs() const override { return generator_->inputs(); }
  [[nodiscard]] std::size_t classes() const override { return generator_->classes(); }
  [[nodiscard]] bool is_regression() const override { return generator_->is_regression(); }
  [[nodiscard]] std::optional<Image> image() const override { return generator_->image(); }
  [[nodiscard]] std::optional<std::uint64_t> size(Split split) const override;
  double read(Split split, std::uint64_t index, std::span<float> x) const override;

 private:
  double draw(Split split, std::uint64_t index, std::span<float> x) const;
  void store_training_samples();

  std::unique_ptr<const Generator> generator_;
  std::uint64_t seed_;
  std::uint64_t samples_;        // 0 = endless
  std::vector<float> stored_;    // (samples, inputs), or empty
  std::vector<double> targets_;  // (samples), or empty
};

/// The data set that a generator draws for these settings.
std::unique_ptr<const Dataset> generated_dataset(std::unique_ptr<const Generator> generator,
                                                 const DataSettings& settings, std::uint64_t seed);

/// Where a standard normal variable lies below with probability p, 0 < p < 1: algorithm AS 241
/// (PPND7) of Wichura 1988, relative error about 1e-7. Plain arithmetic and sqrt only, no C
/// library logarithm, so the result has the same bits on every CPU.
double normal_quantile(double p) noexcept;

/// A standard normal number from 32 random bits, by inversion; |result| < 6.4.
inline float normal_from_bits(std::uint32_t bits) noexcept {
  return static_cast<float>(normal_quantile((static_cast<double>(bits) + 0.5) * 0x1p-32));
}

}  // namespace plumb::data
