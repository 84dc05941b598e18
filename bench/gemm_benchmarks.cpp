// Matrix products in the shapes of a training step, for slices of some samples and square layers:
//   NN  z = a W       (samples, width) (width, width)
//   NT  delta W^T     (samples, width) (width, width)^T
//   TN  dW = a^T d    (samples, width)^T (samples, width)
#include <fmt/format.h>

#include <cmath>

#include "bench/numbers.hpp"
#include "bench/suite.hpp"
#include "math/gemm/gemm.hpp"

namespace plumb::bench {
namespace {

using core::MatrixView;
using math::Op;

constexpr double kEstimatedFlops = 1e11;  // per second and core

struct Product {
  const char* name;
  Op op_a;
  Op op_b;
};

constexpr Product kProducts[] = {
    {"NN", Op::None, Op::None}, {"NT", Op::None, Op::Transpose}, {"TN", Op::Transpose, Op::None}};

struct LayerSize {
  std::size_t samples;
  std::size_t width;
};

constexpr LayerSize kLayerSizes[] = {{32, 128}, {64, 128}, {64, 256}, {128, 512}, {128, 1024}};

core::AlignedBuffer<float> magnitudes(const core::AlignedBuffer<float>& numbers) {
  core::AlignedBuffer<float> result(numbers.size());
  std::transform(numbers.data(), numbers.data() + numbers.size(), result.data(),
                 [](float x) { return std::abs(x); });
  return result;
}

class GemmCase final : public Case {
 public:
  GemmCase(const Product& product, const LayerSize& size)
      : product_(product),
        size_(size),
        a_(normal_numbers(size.samples * size.width, 1)),
        b_(normal_numbers(b_rows() * size.width, 2)),
        c_(not_numbers(c_rows() * size.width)) {}

  // A product of inner length k errs by at most gamma_k sum |a| |b| in any order (Higham 2002,
  // section 3.5), gamma_k = k u / (1 - k u), u = eps / 2. The reference sums in double and rounds
  // once; its bound is itself rounded: k + 4 covers both.
  bool verify() override {
    run();
    core::AlignedBuffer<float> plain(c_.size());
    core::AlignedBuffer<float> bound(c_.size());
    math::reference::gemm<float>(product_.op_a, product_.op_b, 1, a(a_), b(b_), 0, c(plain));
    const auto abs_a = magnitudes(a_);
    const auto abs_b = magnitudes(b_);
    math::reference::gemm<float>(product_.op_a, product_.op_b, 1, a(abs_a), b(abs_b), 0, c(bound));
    const std::size_t inner = product_.op_a == Op::Transpose ? size_.samples : size_.width;
    const float gamma = static_cast<float>(inner + 4) * std::numeric_limits<float>::epsilon() / 2;
    bool good = true;
    for (std::size_t i = 0; i < c_.size(); ++i) {
      good = good && std::abs(c_[i] - plain[i]) <= gamma * bound[i];
    }
    return good;
  }

  void run() override {
    math::gemm<float>(product_.op_a, product_.op_b, 1, a(a_), b(b_), 0, c(c_));
  }

 private:
  // TN multiplies two (samples, width) matrices, the others end with a (width, width) one.
  [[nodiscard]] bool is_tn() const { return product_.op_a == Op::Transpose; }
  [[nodiscard]] std::size_t b_rows() const { return is_tn() ? size_.samples : size_.width; }
  [[nodiscard]] std::size_t c_rows() const { return is_tn() ? size_.width : size_.samples; }
  using Buffer = core::AlignedBuffer<float>;
  [[nodiscard]] MatrixView<const float> a(const Buffer& buffer) const {
    return {buffer.data(), size_.samples, size_.width};
  }
  [[nodiscard]] MatrixView<const float> b(const Buffer& buffer) const {
    return {buffer.data(), b_rows(), size_.width};
  }
  [[nodiscard]] MatrixView<float> c(Buffer& buffer) const {
    return {buffer.data(), c_rows(), size_.width};
  }

  Product product_;
  LayerSize size_;
  Buffer a_;
  Buffer b_;
  Buffer c_;
};

}  // namespace

void add_gemm(Suite& suite) {
  for (const LayerSize& size : kLayerSizes) {
    const double flops = 2.0 * static_cast<double>(size.samples * size.width * size.width);
    for (const Product& product : kProducts) {
      suite.add({fmt::format("gemm/{}/{}x{}", product.name, size.samples, size.width),
                 flops / kEstimatedFlops,
                 {{"GFLOP/s", flops * 1e-9}}},
                [product, size] { return std::make_unique<GemmCase>(product, size); });
    }
  }
}

}  // namespace plumb::bench
