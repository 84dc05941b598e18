// The analytic gradient against a numerical derivative, before any training result is believed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "net/network.hpp"

namespace plumb::net {

struct GradientCheckResult {
  std::size_t parameters_checked = 0;
  std::size_t layers_checked = 0;  // groups of parameters
  std::size_t layers = 0;
  double worst_error = 0;       // largest |analytic - numerical| / max(|numerical|, layer's rms)
  std::size_t worst_layer = 0;  // 1 = first
  bool checked = false;         // false: the network's own pass overflows in float64
  bool passed = false;
};

/// The bound on worst_error. Both sides are products of the same Jacobians in double: their
/// rounding errors stay below some thousand epsilons even for 100 layers, a wrong formula does not.
inline constexpr double kGradientCheckTolerance = 1e-8;

/// What check_gradients() takes while it runs: the analytic gradient, the samples, working memory.
[[nodiscard]] std::size_t gradient_check_bytes(const Network<double>& network, std::size_t samples);

/// Compares backpropagation in float64 with forward-mode differentiation (dual numbers, see
/// math/dual.hpp) for a few random weights and a bias of every layer. Unlike a difference of losses
/// it has no step and no cancellation, so gradients of 1e-240 are checked to full precision, and no
/// corner is crossed. The value of each stage is the network's own forward pass; the tangent runs
/// through activations and losses in dual numbers that share no code with the network. Layers are
/// thinned out evenly when checking all of them would cost more than about a second, and the lowest
/// left out when even one of them would; layers_checked says so.
/// x: (samples, inputs); targets: (samples).
GradientCheckResult check_gradients(const NetworkSettings& settings, Loss loss,
                                    const Network<double>& network,
                                    std::span<const double> parameters,
                                    core::MatrixView<const float> x,
                                    std::span<const double> targets, std::uint64_t seed);

}  // namespace plumb::net
