// Inputs x ~ N(0, 1), labelled by a fixed random two-layer network: the class is the largest of
// softsign(x A) B, A (inputs, 64) ~ N(0, 9 / inputs), B (64, classes) ~ N(0, 1) with each column
// scaled to length 1. No biases: x and -x are equally likely, so every class's score is symmetric
// around 0, and with columns of one length they vary alike: no class is rare. softsign(a) =
// a / (1 + |a|) needs no C library function whose last bit depends on the CPU.
#include <fmt/core.h>

#include <array>
#include <cmath>
#include <vector>

#include "core/error.hpp"
#include "data/generated.hpp"

namespace plumb::data {
namespace {

constexpr std::size_t kHidden = 64;
// Pre-activations of standard deviation 3 reach well into softsign's bend; with small ones the
// teacher would be a linear classifier.
constexpr double kGain = 3.0;

/// (64) numbers that the compiler keeps in vector registers.
using Hidden = std::array<float, kHidden>;

class Teacher final : public Generator {
 public:
  Teacher(std::size_t inputs, std::size_t classes, std::uint64_t seed)
      : inputs_(inputs), classes_(classes), first_(inputs * kHidden), second_(classes) {
    core::RandomStream stream(seed, core::Purpose::TeacherWeights, 0);
    draw_first_layer(stream);
    for (Hidden& column : second_) draw_unit_column(stream, column);
  }

  [[nodiscard]] std::string_view source() const override { return kTeacherSource.name; }
  [[nodiscard]] std::size_t inputs() const override { return inputs_; }
  [[nodiscard]] std::size_t classes() const override { return classes_; }

  double draw(core::RandomStream& stream, std::span<float> x) const override {
    for (float& v : x) v = normal_from_bits(stream.next_u32());
    return strongest_class(hidden(x));
  }

 private:
  void draw_first_layer(core::RandomStream& stream) {
    const double scale = kGain / std::sqrt(static_cast<double>(inputs_));
    for (float& w : first_) {
      w = static_cast<float>(scale * normal_from_bits(stream.next_u32()));
    }
  }

  static void draw_unit_column(core::RandomStream& stream, Hidden& column) {
    double square_sum = 0;
    for (float& w : column) {
      w = normal_from_bits(stream.next_u32());
      square_sum += static_cast<double>(w) * w;
    }
    const double length = std::sqrt(square_sum);
    for (float& w : column) w = static_cast<float>(w / length);
  }

  // Each hidden unit adds its inputs in order, whichever vector width the compiler picks.
  [[nodiscard]] Hidden hidden(std::span<const float> x) const {
    Hidden h{};
    const float* weights = first_.data();
    for (const float v : x) {
      for (std::size_t k = 0; k < kHidden; ++k) h[k] += v * weights[k];
      weights += kHidden;
    }
    for (float& a : h) a /= 1.0F + std::abs(a);
    return h;
  }

  [[nodiscard]] std::int32_t strongest_class(const Hidden& h) const {
    std::size_t best = 0;
    float best_score = score(h, 0);
    for (std::size_t c = 1; c < classes_; ++c) {
      const float candidate = score(h, c);
      if (candidate > best_score) {
        best = c;
        best_score = candidate;
      }
    }
    return static_cast<std::int32_t>(best);
  }

  [[nodiscard]] float score(const Hidden& h, std::size_t c) const {
    float sum = 0;
    for (std::size_t k = 0; k < kHidden; ++k) sum += h[k] * second_[c][k];
    return sum;
  }

  std::size_t inputs_;
  std::size_t classes_;
  std::vector<float> first_;    // (inputs, 64)
  std::vector<Hidden> second_;  // (classes, 64)
};

std::unique_ptr<const Dataset> open(const DataSettings& settings, std::uint64_t seed) {
  if (settings.inputs < 1) throw core::UsageError("data.inputs = 0; 1 or more are allowed");
  if (settings.classes < 2) {
    throw core::UsageError(
        fmt::format("data.classes = {}; 2 or more are allowed", settings.classes));
  }
  return generated_dataset(std::make_unique<Teacher>(settings.inputs, settings.classes, seed),
                           settings, seed);
}

}  // namespace

constinit const SourceInfo kTeacherSource{
    .source = Source::Teacher, .name = "teacher", .takes_size = true, .open = open};

}  // namespace plumb::data
