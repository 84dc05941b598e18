// One network and one sample on its way forward and back: what experiments over hundreds of seeds
// need, without the cost of a training and a file each; and their statistics for one unit a layer,
// for ReLU with He's weights, and in float32 far below the output.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/aligned_buffer.hpp"
#include "core/matrix_view.hpp"
#include "net/network.hpp"
#include "net/settings.hpp"
#include "net/slice.hpp"

namespace plumb::claims {

/// T: float or double. The loss is softmax_cross_entropy.
template <class T>
class RandomNetwork {
 public:
  /// Weights by settings.init. The sample is N(0, I) scaled to ||x||^2 = inputs * mean_square, its
  /// class the first.
  RandomNetwork(const net::NetworkSettings& settings, const net::ProblemShape& problem,
                std::uint64_t seed, double mean_square = 1);

  void forward();
  /// Delta of the output layer from the loss, or drawn from N(0, I): independent of all weights, as
  /// theory has it. After forward(), before backward().
  void evaluate_loss() { network_->evaluate_loss(slice_); }
  void draw_output_delta(std::uint64_t seed);
  /// Fills parameter_gradients().
  void backward();
  /// Like backward(), and calls visit(stage, delta (1, units)) for each stage that ends a group,
  /// the output layer first, while its delta is alive.
  template <class Visit>
  void backward(const Visit& visit);

  [[nodiscard]] std::size_t stages() const { return network_->stages().size(); }
  [[nodiscard]] const net::ParameterLayout& layout() const { return network_->layout(); }
  [[nodiscard]] std::span<T> parameters() { return parameters_.span(); }
  [[nodiscard]] std::span<T> parameter_gradients() { return gradients_.span(); }
  [[nodiscard]] core::MatrixView<T> input() { return slice_.input(); }
  [[nodiscard]] core::MatrixView<T> activation(std::size_t stage) {
    return slice_.activation(stage);
  }
  /// ||delta||, after backward().
  [[nodiscard]] double delta_norm(std::size_t stage) const {
    return slice_.stage_sums[stage].delta.norm();
  }

 private:
  void draw_input(std::uint64_t seed, double mean_square);
  void backward_group(std::size_t group);
  [[nodiscard]] core::MatrixView<T> delta(std::size_t stage) {
    return stage + 1 == stages() ? slice_.derivative(stage) : slice_.delta(stage);
  }

  std::unique_ptr<const net::Network<T>> network_;
  net::Slice<T> slice_;
  net::Workspace<T> workspace_;
  core::AlignedBuffer<T> parameters_;
  core::AlignedBuffer<T> gradients_;
};

template <class T>
template <class Visit>
void RandomNetwork<T>::backward(const Visit& visit) {
  for (std::size_t group = network_->groups(); group-- > 0;) {
    backward_group(group);
    std::size_t stage = 0;  // the first of the group is the last to be walked
    while (network_->stages()[stage].group != group) ++stage;
    visit(stage, delta(stage));
  }
}

/// delta_l / delta_L of a sigmoid chain without biases, l = 1 .. L: the product of w_{k+1} s'(z_k)
/// over k = l .. L-1, with z_1 = first_z and z_{k+1} = w_{k+1} s(z_k).
/// weights: w_2 .. w_L.
std::vector<double> chain_products(double first_z, std::span<const double> weights);

/// P(the last of `depth` hidden layers of `width` units is all zero) for one input
/// = 1 - (1 - 2^-width)^depth, exactly (Lu et al. 2019).
double dead_probability(std::size_t width, std::size_t depth);

/// Share of seeds 1 .. seeds whose network's last hidden layer is all zero.
double dead_share(std::size_t width, std::size_t depth, std::size_t seeds, std::size_t threads);

/// ln(||h_L||^2 / ||h_0||^2) of seeds 1 .. seeds, h_0 the input, h_L the last hidden layer.
std::vector<double> log_norm_changes(std::size_t width, std::size_t depth, std::size_t seeds,
                                     std::size_t threads);

/// Counted in layers below the output layer; 0: nowhere in this network.
struct VanishingDepth {
  std::size_t naive_norm_zero = 0;  // first layer whose sum of squares, added up in float, is 0
  std::size_t delta_zero = 0;       // first layer all of whose deltas are exactly 0
};

/// One sample through a random float32 network of `inputs` inputs and ten classes.
VanishingDepth vanishing_depth(const net::NetworkSettings& settings, std::size_t inputs,
                               std::uint64_t seed);

/// Of seeds 1 .. seeds.
std::vector<VanishingDepth> vanishing_depths(const net::NetworkSettings& settings,
                                             std::size_t inputs, std::size_t seeds,
                                             std::size_t threads);

}  // namespace plumb::claims
