#include "net/gradient_check.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <vector>

#include "core/random.hpp"
#include "math/gemm.hpp"
#include "net/complex_step.hpp"

namespace plumb::net {
namespace {

using core::AlignedBuffer;
using core::MatrixView;
using math::Op;

// So small that its square vanishes beside 1, so far from the smallest double that a derivative of
// 1e-240 still fits between them.
constexpr double kStep = 0x1p-200;
constexpr std::size_t kWeightsPerLayer = 2;
constexpr std::size_t kChecksPerLayer = kWeightsPerLayer + 1;
// Multiply-adds of one sample's check; about a second of double products on one core.
constexpr double kWorkLimit = 5e9;

struct Probe {
  std::size_t layer;
  std::size_t row;  // fan_in: the bias
  std::size_t col;
};

std::size_t stride_within_budget(const ParameterLayout& layout) {
  double remaining_work = 0;
  double total = 0;
  for (std::size_t layer = layout.layers(); layer-- > 0;) {
    total += static_cast<double>(kChecksPerLayer) * remaining_work;
    remaining_work += static_cast<double>(layout.shape(layer).weights());
  }
  return static_cast<std::size_t>(std::ceil(std::max(1.0, total / kWorkLimit)));
}

std::vector<Probe> choose_probes(const ParameterLayout& layout, std::uint64_t seed) {
  std::vector<Probe> probes;
  const std::size_t stride = stride_within_budget(layout);
  for (std::size_t layer = 0; layer < layout.layers(); ++layer) {
    if (layer % stride != 0 && layer + 1 != layout.layers()) continue;
    core::RandomStream random(seed, core::Purpose::GradientCheck, layer);
    const LayerShape& shape = layout.shape(layer);
    for (std::size_t k = 0; k < kChecksPerLayer; ++k) {
      const std::size_t row = random.below(static_cast<std::uint32_t>(shape.fan_in));
      const std::size_t col = random.below(static_cast<std::uint32_t>(shape.fan_out));
      probes.push_back({layer, k < kWeightsPerLayer ? row : shape.fan_in, col});
    }
  }
  return probes;
}

class ComplexStep {
 public:
  ComplexStep(const NetworkSettings& settings, Loss loss, const Mlp<double>& mlp,
              std::span<const double> parameters, const std::vector<Probe>& probes)
      : settings_(settings),
        loss_(loss),
        mlp_(mlp),
        parameters_(parameters),
        probes_(probes),
        exponents_(probes.size()) {
    std::size_t widest = 0;
    for (std::size_t l = 0; l < mlp.layers(); ++l) {
      widest = std::max(widest, mlp.layout().shape(l).fan_out);
    }
    tangents_ = AlignedBuffer<double>(probes.size() * widest);
    next_ = AlignedBuffer<double>(probes.size() * widest);
  }

  /// Adds d loss(sample) / d parameter of every probe to `derivatives`.
  void add_sample(Slice<double>& slice, std::size_t sample, std::span<double> derivatives) {
    std::size_t active = 0;  // probes at or below the current layer; they are sorted by layer
    std::fill(exponents_.begin(), exponents_.end(), 0);
    for (std::size_t layer = 0; layer < mlp_.layers(); ++layer) {
      const LayerShape& shape = mlp_.layout().shape(layer);
      propagate(layer, active);
      rescale(active, shape.fan_out);
      const auto input = slice.input_of(layer).row(sample);
      while (active < probes_.size() && probes_[active].layer == layer) {
        const auto row = tangent_row(active, shape.fan_out);
        std::fill(row.begin(), row.end(), 0.0);
        const Probe& probe = probes_[active];
        row[probe.col] = kStep * (probe.row == shape.fan_in ? 1.0 : input[probe.row]);
        ++active;
      }
      const auto real = real_z(layer, input);
      if (layer + 1 < mlp_.layers()) {
        activate(layer, real, slice.activation(layer).row(sample), active);
      } else {
        finish(real, static_cast<std::size_t>(slice.labels()[sample]), derivatives);
      }
    }
  }

 private:
  std::span<double> tangent_row(std::size_t probe, std::size_t units) {
    return {tangents_.data() + probe * units, units};
  }

  // Imaginary part of z_l from that of a_{l-1}: the weights are real.
  void propagate(std::size_t layer, std::size_t active) {
    if (active == 0) return;
    const LayerShape& shape = mlp_.layout().shape(layer);
    math::gemm<double>(Op::None, Op::None, 1.0, {tangents_.data(), active, shape.fan_in},
                       mlp_.layout().weights(parameters_, layer), 0.0,
                       {next_.data(), active, shape.fan_out});
    std::swap(tangents_, next_);
  }

  // Tangents grow or shrink by orders of magnitude a layer. A step must stay infinitesimal and must
  // not underflow, so each row is brought back to about kStep by an exact power of two.
  void rescale(std::size_t active, std::size_t units) {
    for (std::size_t probe = 0; probe < active; ++probe) {
      const auto row = tangent_row(probe, units);
      double largest = 0;
      for (const double t : row) largest = std::max(largest, std::abs(t));
      if (largest == 0 || !std::isfinite(largest)) continue;
      const int shift = std::ilogb(kStep) - std::ilogb(largest);
      for (double& t : row) t = std::ldexp(t, shift);
      exponents_[probe] -= shift;
    }
  }

  std::vector<double> real_z(std::size_t layer, std::span<const double> input) const {
    const auto bias = mlp_.layout().bias(parameters_, layer);
    const auto weights = mlp_.layout().weights(parameters_, layer);
    std::vector<double> z(bias.begin(), bias.end());
    for (std::size_t i = 0; i < input.size(); ++i) {
      for (std::size_t j = 0; j < z.size(); ++j) z[j] += input[i] * weights(i, j);
    }
    return z;
  }

  void activate(std::size_t layer, const std::vector<double>& real, std::span<const double> output,
                std::size_t active) {
    const std::size_t units = mlp_.layout().shape(layer).fan_out;
    for (std::size_t probe = 0; probe < active; ++probe) {
      const auto tangent = tangent_row(probe, units);
      for (std::size_t j = 0; j < units; ++j) {
        if (tangent[j] == 0) continue;
        tangent[j] = complex_activation(settings_.activation, settings_.negative_slope,
                                        {real[j], tangent[j]}, output[j])
                         .imag();
      }
    }
  }

  void finish(const std::vector<double>& real, std::size_t label, std::span<double> derivatives) {
    std::vector<std::complex<double>> z(real.size());
    for (std::size_t probe = 0; probe < probes_.size(); ++probe) {
      const auto tangent = tangent_row(probe, real.size());
      for (std::size_t k = 0; k < z.size(); ++k) z[k] = {real[k], tangent[k]};
      derivatives[probe] +=
          std::ldexp(complex_loss(loss_, z, label).imag() / kStep, exponents_[probe]);
    }
  }

  const NetworkSettings& settings_;
  Loss loss_;
  const Mlp<double>& mlp_;
  std::span<const double> parameters_;
  const std::vector<Probe>& probes_;
  std::vector<int> exponents_;  // of two, by which the probe's tangent row was scaled down
  AlignedBuffer<double> tangents_;
  AlignedBuffer<double> next_;
};

void run_network(const Mlp<double>& mlp, std::span<const double> parameters, Slice<double>& slice,
                 std::span<double> gradient) {
  const double scale = 1.0 / static_cast<double>(slice.samples());
  for (std::size_t l = 0; l < mlp.layers(); ++l) mlp.forward_layer(l, parameters, slice, {});
  mlp.evaluate_loss(slice);
  for (std::size_t l = mlp.layers(); l-- > 0;) {
    mlp.backward_layer(l, parameters, scale, slice, mlp.layout().weights(gradient, l),
                       mlp.layout().bias(gradient, l));
  }
}

// Some layer's gradient, or the loss itself, may be beyond double for unit-variance weights.
bool overflows(const Slice<double>& slice) {
  bool finite = std::isfinite(slice.loss_sums.loss);
  for (const SliceLayerSums& layer : slice.layer_sums) {
    finite = finite && std::isfinite(layer.delta.norm());
  }
  return !finite;
}

double root_mean_square(std::span<const double> values) {
  return math::square_sum(values).scaled_norm(1.0 / static_cast<double>(values.size()));
}

double relative_error(const ParameterLayout& layout, std::span<const double> gradient,
                      const Probe& probe, double numerical) {
  const bool is_bias = probe.row == layout.shape(probe.layer).fan_in;
  const auto weights = layout.weights(gradient, probe.layer);
  const auto bias = layout.bias(gradient, probe.layer);
  const double analytic = is_bias ? bias[probe.col] : weights(probe.row, probe.col);
  const double typical = root_mean_square(is_bias ? bias : weights.span());
  const double error = std::abs(analytic - numerical);
  // Below the smallest normal double both sides have lost digits; they only have to agree there.
  if (error < 0x1p-1000) return 0;
  return error / std::max(std::abs(numerical), typical);
}

}  // namespace

GradientCheckResult check_gradients(const NetworkSettings& settings, Loss loss,
                                    const Mlp<double>& mlp, std::span<const double> parameters,
                                    MatrixView<const float> x, std::span<const std::int32_t> labels,
                                    std::uint64_t seed) {
  const ParameterLayout& layout = mlp.layout();
  Slice<double> slice(layout, x.rows);
  std::copy_n(x.data, x.size(), slice.input().data);
  std::copy(labels.begin(), labels.end(), slice.labels().begin());
  AlignedBuffer<double> gradient(layout.block_size());
  run_network(mlp, parameters, slice, gradient.span());
  GradientCheckResult result;
  result.layers = layout.layers();
  if (overflows(slice)) return result;

  const std::vector<Probe> probes = choose_probes(layout, seed);
  std::vector<double> derivatives(probes.size(), 0.0);
  ComplexStep complex_step(settings, loss, mlp, parameters, probes);
  for (std::size_t s = 0; s < x.rows; ++s) complex_step.add_sample(slice, s, derivatives);

  result.checked = true;
  result.parameters_checked = probes.size();
  result.layers_checked = probes.size() / kChecksPerLayer;
  result.passed = true;
  for (std::size_t p = 0; p < probes.size(); ++p) {
    const double numerical = derivatives[p] / static_cast<double>(x.rows);
    const double error = relative_error(layout, gradient.span(), probes[p], numerical);
    if (error > result.worst_error || std::isnan(error)) {
      result.worst_error = error;
      result.worst_layer = probes[p].layer + 1;
    }
    result.passed = result.passed && error <= kGradientCheckTolerance;  // false for NaN
  }
  return result;
}

}  // namespace plumb::net
