// Vector kernels over parameters and deltas: vectors within a second-level cache (256 KiB each) and
// beyond it (16 MiB each).
#include <fmt/format.h>

#include <utility>

#include "bench/numbers.hpp"
#include "bench/suite.hpp"
#include "math/updates/sgd_update.hpp"
#include "math/vector_kernels.hpp"

namespace plumb::bench {
namespace {

constexpr std::size_t kCounts[] = {std::size_t{1} << 16, std::size_t{1} << 22};
constexpr double kEstimatedBytes = 1e10;  // per second
constexpr math::SgdCoefficients<float> kSgd = {1e-6F, 0, 1e-4F};

class AddCase final : public Case {
 public:
  explicit AddCase(std::size_t count)
      : x_(normal_numbers(count, 1)), y_(normal_numbers(count, 2)) {}

  bool verify() override {
    auto plain = copy_of(y_);
    math::reference::add<float>(x_.span(), plain.span());
    run();
    const bool good = same_bits(y_.span(), plain.span());
    std::fill_n(x_.data(), x_.size(), 0.0F);  // repeated additions must not overflow
    return good;
  }
  void run() override { math::add<float>(x_.span(), y_.span()); }

 private:
  core::AlignedBuffer<float> x_;
  core::AlignedBuffer<float> y_;
};

class UpdateCase final : public Case {
 public:
  UpdateCase(std::size_t count, bool measured)
      : measured_(measured),
        gradient_(normal_numbers(count, 1)),
        weights_(normal_numbers(count, 2)) {}

  bool verify() override {
    auto plain_weights = copy_of(weights_);
    const math::UpdateSums plain = math::reference::sgd_update_measured<float>(
        kSgd, gradient_.span(), {}, plain_weights.span());
    run();
    // A fused multiply-add may round once where the reference rounds twice.
    const bool good = close(weights_.span(), plain_weights.span(), 1);
    return measured_ ? good && agrees(plain) : good;
  }
  void run() override {
    if (measured_) {
      sums_ = math::sgd_update_measured<float>(kSgd, gradient_.span(), {}, weights_.span());
    } else {
      math::sgd_update<float>(kSgd, gradient_.span(), {}, weights_.span());
    }
  }

 private:
  // Sums in double of up to 2^22 positive terms in another order: n u = 5e-10 at most. The change
  // is a difference of neighbouring floats, so a weight rounded otherwise shows in it.
  [[nodiscard]] bool agrees(const math::UpdateSums& plain) const {
    return close(sums_.gradient.norm(), plain.gradient.norm(), 1e-8) &&
           close(sums_.weight_before.norm(), plain.weight_before.norm(), 1e-8) &&
           close(sums_.change.norm(), plain.change.norm(), 1e-2) &&
           sums_.gradient_max == plain.gradient_max && sums_.zero == plain.zero &&
           sums_.nonfinite == plain.nonfinite;
  }

  bool measured_;
  core::AlignedBuffer<float> gradient_;
  core::AlignedBuffer<float> weights_;
  math::UpdateSums sums_;
};

class ScaleDeltaCase final : public Case {
 public:
  static constexpr std::size_t kSamples = 64;
  static constexpr std::size_t kUnits = 256;

  ScaleDeltaCase()
      : derivative_(normal_numbers(kSamples * kUnits, 1)),
        start_(normal_numbers(kSamples * kUnits, 2)),
        delta_(copy_of(start_)),
        bias_gradient_(not_numbers(kUnits)) {}

  bool verify() override {
    auto plain_delta = copy_of(start_);
    auto plain_bias = not_numbers(kUnits);
    const math::SquareSum plain = math::reference::scale_delta<float>(
        view(std::as_const(derivative_)), kScale, view(plain_delta), plain_bias.span());
    run();
    // Row by row in ascending order, here as there.
    return same_bits(delta_.span(), plain_delta.span()) &&
           close(bias_gradient_.span(), plain_bias.span(), 2) &&
           close(sum_.norm(), plain.norm(), 1e-10);
  }
  /// Restores delta first; the copy is part of the time.
  void run() override {
    std::copy_n(start_.data(), start_.size(), delta_.data());
    sum_ = math::scale_delta<float>(view(std::as_const(derivative_)), kScale, view(delta_),
                                    bias_gradient_.span());
  }

 private:
  static constexpr float kScale = 1.0F / 128;
  static core::MatrixView<float> view(core::AlignedBuffer<float>& buffer) {
    return {buffer.data(), kSamples, kUnits};
  }
  static core::MatrixView<const float> view(const core::AlignedBuffer<float>& buffer) {
    return {buffer.data(), kSamples, kUnits};
  }

  core::AlignedBuffer<float> derivative_;
  core::AlignedBuffer<float> start_;
  core::AlignedBuffer<float> delta_;
  core::AlignedBuffer<float> bias_gradient_;
  math::SquareSum sum_;
};

Description describe(const char* name, std::size_t count) {
  // Two vectors are read, one is written.
  const double bytes = 3.0 * sizeof(float) * static_cast<double>(count);
  return {fmt::format("{}/{}", name, count), bytes / kEstimatedBytes, {{"GB/s", bytes * 1e-9}}};
}

}  // namespace

void add_updates(Suite& suite) {
  for (const std::size_t count : kCounts) {
    suite.add(describe("add", count), [count] { return std::make_unique<AddCase>(count); });
    for (const bool measured : {false, true}) {
      suite.add(describe(measured ? "sgd_update/measured" : "sgd_update", count),
                [count, measured] { return std::make_unique<UpdateCase>(count, measured); });
    }
  }
  suite.add(describe("scale_delta", ScaleDeltaCase::kSamples * ScaleDeltaCase::kUnits),
            [] { return std::make_unique<ScaleDeltaCase>(); });
}

}  // namespace plumb::bench
