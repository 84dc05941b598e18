#include "claims/vanishing_depths.hpp"

#include "claims/random_network.hpp"
#include "train/parallel.hpp"

namespace plumb::claims {
namespace {

// What a program does that does not think of underflow.
float naive_square_sum(core::MatrixView<const float> delta) {
  float sum = 0;
  for (const float value : delta.span()) sum += value * value;
  return sum;
}

}  // namespace

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
