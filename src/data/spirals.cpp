// Three interleaved spirals in the plane, the classic test of what a linear classifier cannot do.
// Class c (of 3, equally likely), t uniform in [0, 1): the point at radius t and angle
// 2 pi (c/3 + 1.5 t), plus N(0, .02^2) noise on both coordinates. Neighbouring arms are 2/9 apart
// at every radius, so about eleven standard deviations of the noise; only around the middle do the
// classes touch.
#include <cmath>
#include <numbers>

#include "data/generated.hpp"

namespace plumb::data {
namespace {

constexpr std::uint32_t kArms = 3;
constexpr double kTurns = 1.5;
constexpr double kNoise = 0.02;

class Spirals final : public Generator {
 public:
  [[nodiscard]] std::string_view source() const override { return kSpiralsSource.name; }
  [[nodiscard]] std::size_t inputs() const override { return 2; }
  [[nodiscard]] std::size_t classes() const override { return kArms; }

  double draw(core::RandomStream& stream, std::span<float> x) const override {
    const std::uint32_t arm = stream.below(kArms);
    const double t = stream.uniform();
    const double angle = 2.0 * std::numbers::pi * (static_cast<double>(arm) / kArms + kTurns * t);
    const double noise_x = kNoise * normal_from_bits(stream.next_u32());
    const double noise_y = kNoise * normal_from_bits(stream.next_u32());
    x[0] = static_cast<float>(t * std::cos(angle) + noise_x);
    x[1] = static_cast<float>(t * std::sin(angle) + noise_y);
    return static_cast<std::int32_t>(arm);
  }
};

std::unique_ptr<const Dataset> open(const DataSettings& settings, std::uint64_t seed) {
  return generated_dataset(std::make_unique<Spirals>(), settings, seed);
}

}  // namespace

constinit const SourceInfo kSpiralsSource{
    .source = Source::Spirals, .name = "spirals", .open = open};

}  // namespace plumb::data
