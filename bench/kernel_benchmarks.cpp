// Kernels of number formats, gradient statistics, the Adam step and convolutions, on vectors within
// a second-level cache and on one image.
#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "bench/numbers.hpp"
#include "bench/suite.hpp"
#include "math/formats/exponent_counts.hpp"
#include "math/formats/number_format.hpp"
#include "math/images/image_ops.hpp"
#include "math/reductions.hpp"
#include "math/updates/adam_update.hpp"

namespace plumb::bench {
namespace {

constexpr std::size_t kCount = std::size_t{1} << 16;
constexpr double kEstimatedSeconds = 3e-5;
constexpr float kGradientDeviation = 1e-6F;  // float16's subnormals begin at 6e-5

class RoundCase final : public Case {
 public:
  explicit RoundCase(math::NumberFormat format)
      : format_(format), values_(normal_numbers(kCount, 1, kGradientDeviation)) {}

  bool verify() override {
    auto plain = copy_of(values_);
    for (float& x : plain.span()) x = math::reference::rounded_to(format_, x);
    run();
    return same_bits(values_.span(), plain.span());
  }
  /// Rounds what is rounded already: the work does not depend on the values.
  void run() override { math::round_to(format_, values_.span()); }

 private:
  math::NumberFormat format_;
  core::AlignedBuffer<float> values_;
};

class CountCase final : public Case {
 public:
  CountCase() : values_(normal_numbers(kCount, 1, kGradientDeviation)) {}

  bool verify() override {
    math::ExponentCounts plain{};
    math::reference::count_exponents<float>(values_.span(), plain);
    run();
    return counts_ == plain;
  }
  void run() override { math::count_exponents<float>(values_.span(), counts_); }

 private:
  core::AlignedBuffer<float> values_;
  math::ExponentCounts counts_{};
};

class GradientSumsCase final : public Case {
 public:
  GradientSumsCase() : gradient_(normal_numbers(kCount, 1)) {}

  bool verify() override {
    const math::UpdateSums plain = math::reference::gradient_sums<float>(gradient_.span());
    run();
    // Sums in double of 2^16 positive terms in another order: n u = 7e-12 at most.
    return close(sums_.gradient.norm(), plain.gradient.norm(), 1e-11) &&
           sums_.gradient_max == plain.gradient_max && sums_.zero == plain.zero &&
           sums_.nonfinite == plain.nonfinite;
  }
  void run() override { sums_ = math::gradient_sums<float>(gradient_.span()); }

 private:
  core::AlignedBuffer<float> gradient_;
  math::UpdateSums sums_;
};

class AdamCase final : public Case {
 public:
  explicit AdamCase(bool measured)
      : measured_(measured),
        gradient_(normal_numbers(kCount, 1)),
        mean_(normal_numbers(kCount, 2)),
        square_(normal_numbers(kCount, 3)),
        weights_(normal_numbers(kCount, 4)) {
    for (float& v : square_.span()) v = std::abs(v);
  }

  bool verify() override {
    auto mean = copy_of(mean_);
    auto square = copy_of(square_);
    auto weights = copy_of(weights_);
    math::reference::adam_update_measured<float>(kAdam, gradient_.span(), mean.span(),
                                                 square.span(), weights.span());
    run();
    return same_bits(mean_.span(), mean.span()) && same_bits(square_.span(), square.span()) &&
           same_bits(weights_.span(), weights.span());
  }
  void run() override {
    if (measured_) {
      sums_ = math::adam_update_measured<float>(kAdam, gradient_.span(), mean_.span(),
                                                square_.span(), weights_.span());
    } else {
      math::adam_update<float>(kAdam, gradient_.span(), mean_.span(), square_.span(),
                               weights_.span());
    }
  }

 private:
  static constexpr math::AdamCoefficients<float> kAdam{0.9F, 0.999F, 1e-8F, 1e-4F, 1e-6F, 0.5F};
  bool measured_;
  core::AlignedBuffer<float> gradient_;
  core::AlignedBuffer<float> mean_;
  core::AlignedBuffer<float> square_;
  core::AlignedBuffer<float> weights_;
  math::UpdateSums sums_;
};

constexpr math::ImageShape kShape{28, 28, 16};
constexpr std::size_t kKernel = 3;
constexpr std::size_t kColumns = kShape.pixels() * math::patch_size(kShape, kKernel);

/// An image operation: reads one or two blocks, writes one.
class ImageCase final : public Case {
 public:
  using Operation = void (*)(std::span<const float> image, std::span<const float> other,
                             std::span<float> result);

  ImageCase(Operation fast, Operation plain, std::size_t other, std::size_t result)
      : fast_(fast),
        plain_(plain),
        image_(normal_numbers(kShape.size(), 1)),
        other_(normal_numbers(other, 2)),
        result_(not_numbers(result)) {}

  bool verify() override {
    auto expected = not_numbers(result_.size());
    plain_(image_.span(), other_.span(), expected.span());
    run();
    return same_bits(result_.span(), expected.span());
  }
  void run() override { fast_(image_.span(), other_.span(), result_.span()); }

 private:
  Operation fast_;
  Operation plain_;
  core::AlignedBuffer<float> image_;
  core::AlignedBuffer<float> other_;
  core::AlignedBuffer<float> result_;
};

Description describe(std::string name, std::size_t entries) {
  return {
      std::move(name), kEstimatedSeconds, {{"Gentries/s", static_cast<double>(entries) * 1e-9}}};
}

void add_image(Suite& suite, const char* name, ImageCase::Operation fast,
               ImageCase::Operation plain, std::size_t other, std::size_t result) {
  const auto make = [=] { return std::make_unique<ImageCase>(fast, plain, other, result); };
  suite.add(describe(fmt::format("{}/28x28x16", name), kShape.size()), make);
}

using In = std::span<const float>;
using Out = std::span<float>;

void add_images(Suite& suite) {
  add_image(
      suite, "im2col", [](In x, In, Out y) { math::im2col(kShape, kKernel, x, y); },
      [](In x, In, Out y) { math::reference::im2col(kShape, kKernel, x, y); }, 0, kColumns);
  add_image(
      suite, "col2im_add", [](In, In c, Out y) { math::col2im_add(kShape, kKernel, c, y); },
      [](In, In c, Out y) { math::reference::col2im_add(kShape, kKernel, c, y); }, kColumns,
      kShape.size());
  add_image(
      suite, "max_pool", [](In x, In, Out y) { math::max_pool(kShape, x, y); },
      [](In x, In, Out y) { math::reference::max_pool(kShape, x, y); }, 0, kShape.pooled().size());
  add_image(
      suite, "max_pool_backward",
      [](In x, In d, Out y) { math::max_pool_backward(kShape, x, d, y); },
      [](In x, In d, Out y) { math::reference::max_pool_backward(kShape, x, d, y); },
      kShape.pooled().size(), kShape.size());
}

}  // namespace

void add_kernels(Suite& suite) {
  using math::NumberFormat;
  suite.add(describe(fmt::format("round_to/bfloat16/{}", kCount), kCount),
            [] { return std::make_unique<RoundCase>(NumberFormat::BFloat16); });
  suite.add(describe(fmt::format("round_to/float16/{}", kCount), kCount),
            [] { return std::make_unique<RoundCase>(NumberFormat::Float16); });
  suite.add(describe(fmt::format("count_exponents/{}", kCount), kCount),
            [] { return std::make_unique<CountCase>(); });
  suite.add(describe(fmt::format("gradient_sums/{}", kCount), kCount),
            [] { return std::make_unique<GradientSumsCase>(); });
  for (const bool measured : {false, true}) {
    suite.add(
        describe(fmt::format("adam_update{}/{}", measured ? "/measured" : "", kCount), kCount),
        [measured] { return std::make_unique<AdamCase>(measured); });
  }
  add_images(suite);
}

}  // namespace plumb::bench
