// Activation kernels on a slice's pre-activations, (64, 256).
#include <fmt/format.h>

#include <vector>

#include "bench/numbers.hpp"
#include "bench/suite.hpp"
#include "math/activations/activation_kernels.hpp"

namespace plumb::bench {
namespace {

using core::MatrixView;
using math::Activation;

constexpr std::size_t kSamples = 64;
constexpr std::size_t kUnits = 256;
constexpr float kSlope = 0.01F;
constexpr double kEstimatedSeconds = 1e-5;

struct Named {
  const char* name;
  Activation function;
};

constexpr Named kFunctions[] = {{"linear", Activation::Linear},
                                {"sigmoid", Activation::Sigmoid},
                                {"tanh", Activation::Tanh},
                                {"relu", Activation::Relu},
                                {"leaky_relu", Activation::LeakyRelu}};

class ActivationCase final : public Case {
 public:
  ActivationCase(Activation function, bool measured)
      : function_(function),
        measured_(measured),
        start_(normal_numbers(kSamples * kUnits, 1, 2)),
        bias_(normal_numbers(kUnits, 2)),
        z_(copy_of(start_)),
        a_(not_numbers(start_.size())),
        alive_(kUnits) {}

  bool verify() override {
    run();
    auto plain_z = copy_of(start_);
    auto plain_a = not_numbers(start_.size());
    std::vector<std::uint8_t> plain_alive(kUnits);
    const math::ActivationSums plain = math::reference::activate_measured<float>(
        function_, kSlope, view(plain_z), bias_.span(), view(plain_a), plain_alive);
    // Kernels may use polynomials of their own for exp: a few units in the last place.
    const bool good = close(a_.span(), plain_a.span(), 8) && close(z_.span(), plain_z.span(), 16);
    return measured_ ? good && agrees(plain, plain_alive) : good;
  }

  /// Restores z first: the kernel overwrites it. The copy is part of the time.
  void run() override {
    std::copy_n(start_.data(), start_.size(), z_.data());
    if (measured_) {
      sums_ = math::activate_measured<float>(function_, kSlope, view(z_), bias_.span(), view(a_),
                                             alive_);
    } else {
      math::activate<float>(function_, kSlope, view(z_), bias_.span(), view(a_));
    }
  }

 private:
  static MatrixView<float> view(core::AlignedBuffer<float>& buffer) {
    return {buffer.data(), kSamples, kUnits};
  }

  // Sums of float32 values that differ by a few units in the last place. A derivative that close
  // to the threshold of saturation may fall on either side.
  [[nodiscard]] bool agrees(const math::ActivationSums& plain,
                            const std::vector<std::uint8_t>& plain_alive) const {
    const double count = static_cast<double>(start_.size());
    return std::abs(sums_.deviation - plain.deviation) <= 1e-6 * count &&
           close(sums_.deviation_squared, plain.deviation_squared, 1e-5) &&
           std::abs(sums_.saturated - plain.saturated) <= 1 && alive_ == plain_alive;
  }

  Activation function_;
  bool measured_;
  core::AlignedBuffer<float> start_;
  core::AlignedBuffer<float> bias_;
  core::AlignedBuffer<float> z_;
  core::AlignedBuffer<float> a_;
  std::vector<std::uint8_t> alive_;
  math::ActivationSums sums_;
};

}  // namespace

void add_activations(Suite& suite) {
  constexpr double kElements = kSamples * kUnits;
  for (const Named& named : kFunctions) {
    for (const bool measured : {false, true}) {
      suite.add({fmt::format("activation/{}{}", named.name, measured ? "/measured" : ""),
                 kEstimatedSeconds,
                 {{"Gelement/s", kElements * 1e-9}}},
                [function = named.function, measured] {
                  return std::make_unique<ActivationCase>(function, measured);
                });
    }
  }
}

}  // namespace plumb::bench
