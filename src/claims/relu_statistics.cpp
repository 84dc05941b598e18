#include "claims/relu_statistics.hpp"

#include <algorithm>
#include <cmath>

#include "claims/random_network.hpp"
#include "math/square_sum.hpp"
#include "train/parallel.hpp"

namespace plumb::claims {
namespace {

net::NetworkSettings he_network(std::size_t width, std::size_t depth) {
  net::NetworkSettings settings;
  settings.activation = net::Activation::Relu;
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

}  // namespace

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

}  // namespace plumb::claims
