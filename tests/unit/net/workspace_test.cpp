// What slices and workspaces say of their memory before there is one, against what they take.
#include "net/workspace.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "net/initializers.hpp"
#include "net/network.hpp"

namespace plumb::net {
namespace {

constexpr std::size_t kSamples = 3;
constexpr ProblemShape kImage{144, 3, 12, 12};

NetworkSettings network_of(Family family, Pooling pooling, bool residual) {
  NetworkSettings settings;
  settings.family = family;
  settings.depth = 4;
  settings.width = 5;
  settings.pooling = pooling;
  settings.residual = residual;
  return settings;
}

/// A step that nothing is measured of, but for exponents.
template <class T>
void expect_true_bytes(const NetworkSettings& settings, T loss_scale) {
  const auto network = make_network<T>(settings, Loss::SoftmaxCrossEntropy, kImage);
  std::vector<T> parameters(network->layout().block_size());
  std::vector<T> gradient(parameters.size());
  initialise<T>(settings, network->layout(), 1, parameters);
  Slice<T> slice = network->make_slice(kSamples);
  Workspace<T> workspace;
  EXPECT_EQ(workspace.bytes(), 0U);
  EXPECT_EQ(slice.bytes(), network->slice_bytes(kSamples));
  for (std::size_t g = 0; g < network->groups(); ++g) {
    network->forward(g, parameters, slice, workspace, {});
  }
  network->evaluate_loss(slice);
  std::vector<math::ExponentCounts> exponents(network->stages().size());
  BackwardOptions<T> options;
  options.loss_scale = loss_scale;
  options.delta_exponents = exponents;
  for (std::size_t g = network->groups(); g-- > 0;) {
    network->backward(g, parameters, options, slice, workspace,
                      {network->layout().group(std::span<T>(gradient), g), {}});
  }
  EXPECT_EQ(workspace.bytes(), network->workspace_bytes(kSamples, loss_scale != T{1}));
}

TEST(workspace, takes_the_bytes_that_the_network_says) {
  for (const Family family : {Family::Mlp, Family::Cnn, Family::Rnn}) {
    for (const bool residual : {false, true}) {
      if (family == Family::Rnn && residual) continue;
      for (const Pooling pooling : {Pooling::Max, Pooling::None}) {
        SCOPED_TRACE(core::name_of(family) + (residual ? " residual " : " plain ") +
                     core::name_of(pooling));
        expect_true_bytes<float>(network_of(family, pooling, residual), 1);
        expect_true_bytes<float>(network_of(family, pooling, residual), 256);
        expect_true_bytes<double>(network_of(family, pooling, residual), 1);
      }
    }
  }
}

}  // namespace
}  // namespace plumb::net
