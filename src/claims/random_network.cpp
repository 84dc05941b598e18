#include "claims/random_network.hpp"

#include <algorithm>
#include <cmath>

#include "core/random.hpp"
#include "math/reductions.hpp"
#include "net/initializers.hpp"
#include "train/parallel.hpp"

namespace plumb::claims {
namespace {

// Plain library functions: shares nothing with the kernels it is compared with.
double sigmoid(double z) { return 1 / (1 + std::exp(-z)); }

net::NetworkSettings he_network(std::size_t width, std::size_t depth) {
  net::NetworkSettings settings;
  settings.activation = math::Activation::Relu;
  settings.init = net::Init::He;
  settings.width = width;
  settings.depth = depth;
  return settings;
}

double norm(core::MatrixView<double> values) {
  return math::square_sum<double>(values.span()).norm();
}

/// ||h_L|| / ||h_0|| of seeds 1 .. seeds.
std::vector<double> norm_changes(std::size_t width, std::size_t depth, std::size_t seeds,
                                 std::size_t threads) {
  std::vector<double> changes(seeds);
  train::run_on_threads(threads, [&](std::size_t thread) {
    for (std::size_t s = thread; s < seeds; s += threads) {
      RandomNetwork<double> network(he_network(width, depth), {width, 2}, s + 1);
      network.forward();
      changes[s] = norm(network.activation(depth - 1)) / norm(network.input());
    }
  });
  return changes;
}

// What a program does that does not think of underflow.
float naive_square_sum(core::MatrixView<const float> delta) {
  float sum = 0;
  for (const float value : delta.span()) sum += value * value;
  return sum;
}

}  // namespace

template <class T>
RandomNetwork<T>::RandomNetwork(const net::NetworkSettings& settings,
                                const net::ProblemShape& problem, std::uint64_t seed,
                                double mean_square)
    : network_(net::make_network<T>(settings, net::Loss::SoftmaxCrossEntropy, problem)),
      slice_(network_->make_slice(1)),
      parameters_(network_->layout().block_size()),
      gradients_(network_->layout().block_size()) {
  net::initialise<T>(settings, network_->layout(), seed, parameters_.span());
  draw_input(seed, mean_square);
}

template <class T>
void RandomNetwork<T>::draw_input(std::uint64_t seed, double mean_square) {
  core::RandomStream random(seed, core::Purpose::TrainSample, 0);
  std::vector<double> x(input().cols);
  double square_sum = 0;
  for (double& value : x) {
    value = random.normal();
    square_sum += value * value;
  }
  const double scale = std::sqrt(static_cast<double>(x.size()) * mean_square / square_sum);
  for (std::size_t i = 0; i < x.size(); ++i) input()(0, i) = static_cast<T>(scale * x[i]);
}

template <class T>
void RandomNetwork<T>::draw_output_delta(std::uint64_t seed) {
  core::RandomStream random(seed, core::Purpose::TrainSample, 1);
  for (T& value : slice_.derivative(stages() - 1).span()) value = static_cast<T>(random.normal());
}

template <class T>
void RandomNetwork<T>::forward() {
  for (std::size_t group = 0; group < network_->groups(); ++group) {
    network_->forward(group, parameters_.span(), slice_, workspace_, {});
  }
}

template <class T>
void RandomNetwork<T>::backward_group(std::size_t group) {
  const std::span<T> block = gradients_.span();
  network_->backward(group, parameters_.span(), net::BackwardOptions<T>{}, slice_, workspace_,
                     {layout().group(block, group), {}});
}

template <class T>
void RandomNetwork<T>::backward() {
  backward([](std::size_t, core::MatrixView<T>) {});
}

template class RandomNetwork<float>;
template class RandomNetwork<double>;

std::vector<double> chain_products(double first_z, std::span<const double> weights) {
  std::vector<double> factors;
  double z = first_z;
  for (const double weight : weights) {
    factors.push_back(weight * sigmoid(z) * sigmoid(-z));
    z = weight * sigmoid(z);
  }
  std::vector<double> products(weights.size() + 1, 1.0);
  for (std::size_t l = weights.size(); l-- > 0;) products[l] = factors[l] * products[l + 1];
  return products;
}

double dead_probability(std::size_t width, std::size_t depth) {
  return 1 - std::pow(1 - std::exp2(-static_cast<double>(width)), static_cast<double>(depth));
}

double dead_share(std::size_t width, std::size_t depth, std::size_t seeds, std::size_t threads) {
  const auto changes = norm_changes(width, depth, seeds, threads);
  const auto dead = std::count(changes.begin(), changes.end(), 0.0);
  return static_cast<double>(dead) / static_cast<double>(seeds);
}

std::vector<double> log_norm_changes(std::size_t width, std::size_t depth, std::size_t seeds,
                                     std::size_t threads) {
  auto changes = norm_changes(width, depth, seeds, threads);
  for (double& change : changes) change = 2 * std::log(change);
  return changes;
}

VanishingDepth vanishing_depth(const net::NetworkSettings& settings, std::size_t inputs,
                               std::uint64_t seed) {
  RandomNetwork<float> network(settings, {inputs, 10}, seed);
  VanishingDepth depth;
  network.forward();
  network.evaluate_loss();
  network.backward([&](std::size_t stage, core::MatrixView<float> delta) {
    const std::size_t below = network.stages() - 1 - stage;
    const bool is_zero = network.delta_norm(stage) == 0;
    // The backward pass lifts subnormal deltas in place: their squares are 0 unlifted.
    const bool is_naive_zero = network.delta_norm(stage) < 1e-30 || naive_square_sum(delta) == 0;
    if (is_zero && depth.delta_zero == 0) depth.delta_zero = below;
    if (is_naive_zero && depth.naive_norm_zero == 0) depth.naive_norm_zero = below;
  });
  return depth;
}

std::vector<VanishingDepth> vanishing_depths(const net::NetworkSettings& settings,
                                             std::size_t inputs, std::size_t seeds,
                                             std::size_t threads) {
  std::vector<VanishingDepth> depths(seeds);
  train::run_on_threads(threads, [&](std::size_t thread) {
    for (std::size_t s = thread; s < seeds; s += threads) {
      depths[s] = vanishing_depth(settings, inputs, s + 1);
    }
  });
  return depths;
}

}  // namespace plumb::claims
