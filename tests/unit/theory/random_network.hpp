// A plain fully connected network in double precision: one sample forward and backward, to measure
// what the theory predicts.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "core/random.hpp"
#include "math/gemm/blas_info.hpp"
#include "net/families/family.hpp"
#include "net/initializers.hpp"
#include "plain_integral.hpp"

namespace plumb::theory::testing {

using Vector = std::vector<double>;

/// ||delta_l||^2 of the L layers for a random input of `square_norm` and a random delta at the
/// output.
class RandomNetwork {
 public:
  RandomNetwork(const net::NetworkSettings& settings, std::size_t inputs, std::size_t classes,
                std::uint64_t seed)
      : settings_(settings),
        layout_(net::parameter_layout(settings, {inputs, classes, 0, 0})),
        block_(layout_.block_size()) {
    math::use_single_threaded_blas();  // its threads' spinning slows small matrices down
    net::initialise<double>(settings, layout_, seed, block_);
  }

  [[nodiscard]] Vector square_deltas(double square_norm, std::uint64_t sample) {
    Vector a = random_vector(layout_.shape(0).fan_in, square_norm, sample);
    std::vector<Vector> derivatives;
    for (std::size_t l = 0; l + 1 < layout_.layers(); ++l) {
      Vector z = pre_activation(l, a);
      Vector& derivative = derivatives.emplace_back();
      for (const double x : z) derivative.push_back(phi_derivative(function(), x));
      for (std::size_t i = 0; i < z.size(); ++i) {
        const double passed_on = phi(function(), z[i]);
        z[i] = passed_on + (skips(l) ? a[i] : 0);
      }
      a = z;
    }
    return backward(derivatives, sample);
  }

 private:
  [[nodiscard]] ActivationFunction function() const {
    return {settings_.activation, settings_.negative_slope};
  }
  [[nodiscard]] bool skips(std::size_t l) const {
    return settings_.residual && l > 0 && l + 1 < layout_.layers();
  }

  static Vector random_vector(std::size_t size, double square_norm, std::uint64_t index) {
    core::RandomStream random(7, core::Purpose::TrainSample, index);
    Vector x(size);
    double sum = 0;
    for (double& value : x) value = random.normal();
    for (const double value : x) sum += value * value;
    for (double& value : x) value *= std::sqrt(square_norm / sum);
    return x;
  }

  [[nodiscard]] Vector pre_activation(std::size_t l, const Vector& a) {
    const auto weights = layout_.weights(std::span<double>(block_), l);
    const auto bias = layout_.bias(std::span<double>(block_), l);
    Vector z(bias.begin(), bias.end());
    for (std::size_t i = 0; i < a.size(); ++i) {
      for (std::size_t j = 0; j < z.size(); ++j) z[j] += a[i] * weights(i, j);
    }
    return z;
  }

  [[nodiscard]] Vector times_weights(std::size_t l, const Vector& delta) {
    const auto weights = layout_.weights(std::span<double>(block_), l);
    Vector below(weights.rows, 0.0);
    for (std::size_t i = 0; i < weights.rows; ++i) {
      for (std::size_t j = 0; j < weights.cols; ++j) below[i] += weights(i, j) * delta[j];
    }
    return below;
  }

  [[nodiscard]] Vector backward(const std::vector<Vector>& derivatives, std::uint64_t sample) {
    const std::size_t layers = layout_.layers();
    Vector delta = random_vector(layout_.shape(layers - 1).fan_out, 1, sample + (1U << 20U));
    Vector squares(layers, 1.0);
    Vector gradient;  // of what the layer passes on
    for (std::size_t l = layers - 1; l-- > 0;) {
      Vector arriving = times_weights(l + 1, delta);
      for (std::size_t i = 0; skips(l + 1) && i < arriving.size(); ++i) arriving[i] += gradient[i];
      gradient = arriving;
      squares[l] = 0;
      for (std::size_t i = 0; i < arriving.size(); ++i) {
        arriving[i] *= derivatives[l][i];
        squares[l] += arriving[i] * arriving[i];
      }
      delta = arriving;
    }
    return squares;
  }

  net::NetworkSettings settings_;
  net::ParameterLayout layout_;
  Vector block_;
};

/// delta_rms over samples of these square norms.
inline Vector measured_delta_rms(const net::NetworkSettings& settings, std::size_t inputs,
                                 std::size_t classes, const Vector& square_norms,
                                 std::uint64_t seed) {
  RandomNetwork network(settings, inputs, classes, seed);
  const std::size_t samples = square_norms.size();
  Vector sum(settings.depth + 1, 0.0);
  for (std::size_t s = 0; s < samples; ++s) {
    const Vector squares = network.square_deltas(square_norms[s], seed * samples + s);
    for (std::size_t l = 0; l < sum.size(); ++l) sum[l] += squares[l];
  }
  for (double& value : sum) value = std::sqrt(value / static_cast<double>(samples));
  return sum;
}

/// Over `samples` samples of one square norm.
inline Vector measured_delta_rms(const net::NetworkSettings& settings, std::size_t inputs,
                                 std::size_t classes, double square_norm, std::uint64_t seed,
                                 std::size_t samples) {
  return measured_delta_rms(settings, inputs, classes, Vector(samples, square_norm), seed);
}

}  // namespace plumb::theory::testing
