// The adding problem (Hochreiter and Schmidhuber 1997, here as in Pascanu et al. 2013): a number
// must be kept over many time steps. Each step of a sequence is a value, uniform in [0, 1), and a
// mark, 0 or 1. Two steps are marked, one anywhere in each half of the sequence (the middle of an
// odd number of steps belongs to the second half); the target is the sum of their values. Whoever
// always predicts 1 has a mean squared error of 1/6, the variance of that sum.
#include <fmt/core.h>

#include "core/error.hpp"
#include "data/generated.hpp"

namespace plumb::data {
namespace {

/// A multiple of 2^-24: exact in float32, and never rounded up to 1.
float draw_value(core::RandomStream& stream) {
  return static_cast<float>(stream.next_u32() >> 8U) * 0x1p-24F;
}

class Adding final : public Generator {
 public:
  explicit Adding(std::size_t steps) : steps_(steps) {}

  [[nodiscard]] std::string_view source() const override { return kAddingSource.name; }
  /// Step by step: value, mark, value, mark, ...
  [[nodiscard]] std::size_t inputs() const override { return 2 * steps_; }
  [[nodiscard]] std::size_t classes() const override { return 1; }
  [[nodiscard]] bool is_regression() const override { return true; }

  double draw(core::RandomStream& stream, std::span<float> x) const override {
    const std::size_t half = steps_ / 2;
    const std::size_t first = draw_step(stream, 0, half);
    const std::size_t second = draw_step(stream, half, steps_);
    for (std::size_t step = 0; step < steps_; ++step) {
      x[2 * step] = draw_value(stream);
      x[2 * step + 1] = step == first || step == second ? 1.0F : 0.0F;
    }
    return static_cast<double>(x[2 * first]) + static_cast<double>(x[2 * second]);
  }

 private:
  static std::size_t draw_step(core::RandomStream& stream, std::size_t from, std::size_t to) {
    return from + stream.below(static_cast<std::uint32_t>(to - from));
  }

  std::size_t steps_;
};

std::unique_ptr<const Dataset> open(const DataSettings& settings, std::uint64_t seed) {
  const std::size_t steps = settings.sequence;
  if (steps < kAddingSource.fewest_steps) {
    throw core::UsageError(fmt::format(
        "network.depth = {}; {} or more time steps are allowed with data.source = \"{}\"", steps,
        kAddingSource.fewest_steps, kAddingSource.name));
  }
  return generated_dataset(std::make_unique<Adding>(steps), settings, seed);
}

}  // namespace

constinit const SourceInfo kAddingSource{.source = Source::Adding,
                                         .name = "adding",
                                         .fewest_steps = 2,
                                         .regression = Has::Always,
                                         .open = open};

}  // namespace plumb::data
