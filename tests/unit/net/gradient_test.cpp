// Backpropagation against forward-mode differentiation, for everything a study can ask for.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "core/random.hpp"
#include "math/reductions.hpp"
#include "net/gradient_check.hpp"
#include "net/initializers.hpp"

namespace plumb::net {
namespace {

using math::Activation;

constexpr std::size_t kInputs = 11;
constexpr std::size_t kClasses = 4;
constexpr std::size_t kSamples = 5;

constexpr ProblemShape kShape{kInputs, kClasses, 0, 0};

struct Problem {
  NetworkSettings settings;
  ProblemShape shape;
  std::unique_ptr<const Network<double>> network;
  std::vector<double> parameters;
  std::vector<float> x;
  std::vector<double> targets;

  Problem(const NetworkSettings& network_settings, Loss loss, const ProblemShape& problem = kShape)
      : settings(network_settings),
        shape(problem),
        network(make_network<double>(network_settings, loss, problem)),
        parameters(network->layout().block_size()),
        x(kSamples * problem.inputs),
        targets(kSamples) {
    initialise<double>(settings, network->layout(), 5, parameters);
    core::RandomStream random(9, core::Purpose::TrainSample, 0);
    for (float& value : x) value = static_cast<float>(random.normal());
    for (double& target : targets)
      target = random.below(static_cast<std::uint32_t>(problem.classes));
  }

  [[nodiscard]] GradientCheckResult check(Loss loss) const {
    return check_gradients(settings, loss, *network, parameters, {x.data(), kSamples, shape.inputs},
                           targets, 3);
  }
};

TEST(gradient, matches_forward_differentiation_for_every_activation_loss_init_and_depth) {
  for (const auto& [activation, name] : core::names_of<Activation>()) {
    for (const Init init : {Init::Glorot, Init::He, Init::Lecun, Init::Scaled, Init::UnitNormal,
                            Init::UnitUniform, Init::Orthogonal}) {
      for (const Loss loss :
           {Loss::SoftmaxCrossEntropy, Loss::SigmoidCrossEntropy, Loss::MeanSquaredError}) {
        for (const std::size_t depth : {1U, 2U, 7U, 40U}) {
          NetworkSettings settings;
          settings.activation = activation;
          settings.init = init;
          settings.depth = depth;
          settings.width = 13;
          settings.weight_variance = 1.7;
          settings.bias_variance = 0.3;
          const GradientCheckResult result = Problem(settings, loss).check(loss);
          EXPECT_TRUE(result.passed)
              << "activation " << static_cast<int>(activation) << " init " << static_cast<int>(init)
              << " loss " << static_cast<int>(loss) << " depth " << depth << ": worst "
              << result.worst_error << " in layer " << result.worst_layer;
          EXPECT_EQ(result.layers_checked, depth + 1);
        }
      }
    }
  }
}

TEST(gradient, check_resolves_gradients_that_no_difference_of_losses_could) {
  NetworkSettings settings;
  settings.activation = Activation::Sigmoid;
  settings.depth = 60;
  settings.width = 8;
  const Loss loss = Loss::SoftmaxCrossEntropy;
  const GradientCheckResult result = Problem(settings, loss).check(loss);
  EXPECT_TRUE(result.passed) << result.worst_error;
  EXPECT_GT(result.worst_error, 0) << "two independent computations agree to the last bit?";
}

TEST(gradient, check_follows_gradients_that_explode) {
  // Unit variance at width 48: deltas grow about threefold a layer through 120 layers. A step that
  // is not scaled back would be of order one long before the output.
  NetworkSettings settings;
  settings.activation = Activation::Tanh;
  settings.init = Init::UnitNormal;
  settings.depth = 120;
  settings.width = 48;
  const Loss loss = Loss::SoftmaxCrossEntropy;
  const GradientCheckResult result = Problem(settings, loss).check(loss);
  EXPECT_TRUE(result.checked);
  EXPECT_TRUE(result.passed) << result.worst_error << " in layer " << result.worst_layer;
}

TEST(gradient, check_says_when_the_network_itself_overflows) {
  NetworkSettings settings;
  settings.activation = Activation::Linear;
  settings.init = Init::UnitNormal;
  settings.depth = 400;  // times sqrt(64) a layer: 8^400 = 1e361
  settings.width = 64;
  const Loss loss = Loss::MeanSquaredError;
  EXPECT_FALSE(Problem(settings, loss).check(loss).checked);
}

// The logits are of 1e15 to 1e300: the softmax is exactly one class, and its gradient 0 or huge.
TEST(gradient, check_raises_no_false_alarm_on_linear_networks_of_huge_weights) {
  std::size_t checked = 0;
  for (const std::size_t depth : {3U, 10U, 18U, 20U}) {
    for (const std::size_t width : {1U, 16U}) {
      for (const Loss loss : {Loss::SoftmaxCrossEntropy, Loss::SigmoidCrossEntropy}) {
        NetworkSettings settings;
        settings.activation = Activation::Linear;
        settings.init = Init::Scaled;
        settings.weight_variance = 1e30;
        settings.depth = depth;
        settings.width = width;
        const GradientCheckResult result = Problem(settings, loss).check(loss);
        EXPECT_EQ(result.passed, result.checked) << depth << ": worst " << result.worst_error;
        checked += result.checked ? 1U : 0U;
      }
    }
  }
  EXPECT_EQ(checked, 12U);  // of 16: 20 layers leave float64
}

// Signals and deltas of ordinary doubles, whose products alone are not: x of 1e38 times a delta of
// 1e288.
TEST(gradient, check_says_when_a_product_of_signal_and_delta_overflows) {
  NetworkSettings settings;
  settings.activation = Activation::Linear;
  settings.init = Init::UnitUniform;
  settings.depth = 1;
  settings.width = 2;
  const Loss loss = Loss::MeanSquaredError;
  Problem problem(settings, loss);
  const ParameterLayout& layout = problem.network->layout();
  for (float& x : problem.x) x = 1e38F;
  for (double& w : layout.weights(std::span(problem.parameters), 0).span()) w *= 1e-250;
  for (double& w : layout.weights(std::span(problem.parameters), 1).span()) w *= 1e250;
  EXPECT_FALSE(problem.check(loss).checked);
  for (double& w : layout.weights(std::span(problem.parameters), 0).span()) w *= 1e50;
  for (double& w : layout.weights(std::span(problem.parameters), 1).span()) w *= 1e-50;
  EXPECT_TRUE(problem.check(loss).passed);
}

NetworkSettings tapered(Family family, std::vector<std::size_t> widths) {
  NetworkSettings settings;
  settings.family = family;
  settings.depth = widths.size();
  settings.width = *std::max_element(widths.begin(), widths.end());
  settings.widths = std::move(widths);
  return settings;
}

TEST(gradient, of_layers_of_different_widths_matches_forward_differentiation) {
  for (const auto& [activation, name] : core::names_of<Activation>()) {
    for (const Init init : {Init::Glorot, Init::Scaled, Init::Orthogonal}) {
      for (const Family family : {Family::Mlp, Family::Cnn}) {
        const bool images = family == Family::Cnn;
        const ProblemShape shape =
            images ? ProblemShape{30, kClasses, 6, 5} : ProblemShape{kInputs, kClasses, 0, 0};
        NetworkSettings settings = tapered(family, {6, 2, 9});
        settings.activation = activation;
        settings.init = init;
        const Loss loss = Loss::SoftmaxCrossEntropy;
        const GradientCheckResult result = Problem(settings, loss, shape).check(loss);
        EXPECT_TRUE(result.passed) << name << ": " << result.worst_error;
        EXPECT_EQ(result.layers_checked, 4U);
      }
    }
  }
}

TEST(gradient, of_equal_widths_given_one_by_one_has_the_same_bits) {
  NetworkSettings one_by_one = tapered(Family::Mlp, {7, 7, 7});
  NetworkSettings at_once = one_by_one;
  at_once.widths.clear();
  const Loss loss = Loss::SoftmaxCrossEntropy;
  const Problem a(one_by_one, loss);
  const Problem b(at_once, loss);
  EXPECT_EQ(a.parameters, b.parameters);
  EXPECT_EQ(a.check(loss).worst_error, b.check(loss).worst_error);
}

TEST(gradient, check_finds_a_wrong_derivative) {
  // A network whose analytic gradient belongs to another slope than the numerical one.
  NetworkSettings settings;
  settings.activation = Activation::LeakyRelu;
  settings.negative_slope = 0.1;
  settings.depth = 3;
  settings.width = 9;
  const Loss loss = Loss::MeanSquaredError;
  Problem problem(settings, loss);
  ASSERT_TRUE(problem.check(loss).passed);
  problem.settings.negative_slope = 0.1001;
  EXPECT_FALSE(problem.check(loss).passed);
}

TEST(gradient, check_finds_a_wrong_loss) {
  NetworkSettings settings;
  settings.depth = 1;
  settings.width = 4;
  const Problem problem(settings, Loss::SoftmaxCrossEntropy);
  EXPECT_FALSE(problem.check(Loss::SigmoidCrossEntropy).passed);
}

constexpr Loss kLosses[] = {Loss::SoftmaxCrossEntropy, Loss::SigmoidCrossEntropy,
                            Loss::MeanSquaredError};
void expect_right(const NetworkSettings& settings, Loss loss, const ProblemShape& shape,
                  std::size_t layers) {
  const GradientCheckResult result = Problem(settings, loss, shape).check(loss);
  EXPECT_TRUE(result.checked);
  EXPECT_TRUE(result.passed) << "family " << static_cast<int>(settings.family) << " activation "
                             << core::name_of(settings.activation) << " loss "
                             << static_cast<int>(loss) << " depth " << settings.depth << ": worst "
                             << result.worst_error << " in layer " << result.worst_layer;
  EXPECT_EQ(result.layers_checked, layers);
}

TEST(gradient, of_residual_networks_matches_forward_differentiation) {
  for (const auto& [activation, name] : core::names_of<Activation>()) {
    for (const Loss loss : kLosses) {
      for (const std::size_t depth : {1U, 2U, 9U}) {
        NetworkSettings settings;
        settings.activation = activation;
        settings.depth = depth;
        settings.width = 13;
        settings.residual = true;
        expect_right(settings, loss, kShape, depth + 1);
      }
    }
  }
}

TEST(gradient, of_recurrent_networks_matches_forward_differentiation) {
  for (const auto& [activation, name] : core::names_of<Activation>()) {
    for (const Init init : {Init::Glorot, Init::Orthogonal, Init::Identity, Init::Scaled}) {
      for (const Loss loss : kLosses) {
        NetworkSettings settings;
        settings.family = Family::Rnn;
        settings.activation = activation;
        settings.init = init;
        settings.depth = 8;
        settings.width = 5;
        settings.bias_variance = 0.2;
        expect_right(settings, loss, {24, kClasses, 0, 0}, 2);
        expect_right(settings, Loss::MeanSquaredError, {24, 1, 0, 0}, 2);
      }
    }
  }
}

TEST(gradient, of_long_recurrences_that_vanish_or_explode_is_followed) {
  for (const double gain : {0.25, 4.0}) {
    NetworkSettings settings;
    settings.family = Family::Rnn;
    settings.activation = Activation::Linear;
    settings.init = Init::Orthogonal;
    settings.recurrent_gain = gain;
    settings.depth = 100;
    settings.width = 6;
    expect_right(settings, Loss::MeanSquaredError, {200, 1, 0, 0}, 2);
  }
}

// The second input is non-zero at two of 400 time steps only. Between them the first one's tangent
// decays by hundreds of powers of two, and must not lift the second one's step out of the
// infinitesimal.
TEST(gradient, of_recurrences_with_rare_inputs_matches_forward_differentiation) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    NetworkSettings settings;
    settings.family = Family::Rnn;
    settings.depth = 400;
    settings.width = 1;
    Problem problem(settings, Loss::MeanSquaredError, {800, 1, 0, 0});
    initialise<double>(settings, problem.network->layout(), seed, problem.parameters);
    for (std::size_t i = 1; i < problem.x.size(); i += 2) {
      const std::size_t step = i / 2 % 400;
      problem.x[i] = step == 20 || step == 380 ? 1.0F : 0.0F;
    }
    const GradientCheckResult result = problem.check(Loss::MeanSquaredError);
    EXPECT_TRUE(result.passed) << "seed " << seed << ": worst " << result.worst_error;
  }
}

TEST(gradient, of_convolutional_networks_matches_forward_differentiation) {
  constexpr ProblemShape kImage{42, kClasses, 7, 6};
  for (const auto& [activation, name] : core::names_of<Activation>()) {
    for (const Pooling pooling : {Pooling::Max, Pooling::Average, Pooling::None}) {
      for (const bool residual : {false, true}) {
        for (const Loss loss : kLosses) {
          NetworkSettings settings;
          settings.family = Family::Cnn;
          settings.activation = activation;
          settings.pooling = pooling;
          settings.pool_every = 1;
          settings.residual = residual;
          settings.depth = 3;
          settings.width = 4;
          settings.init = Init::Scaled;
          settings.bias_variance = 0.2;
          expect_right(settings, loss, kImage, 4);
        }
      }
    }
  }
}

TEST(gradient, of_images_with_three_channels_matches_forward_differentiation) {
  constexpr ProblemShape kColours{90, kClasses, 6, 5, 3};
  for (const Pooling pooling : {Pooling::Max, Pooling::Average}) {
    NetworkSettings settings;
    settings.family = Family::Cnn;
    settings.activation = Activation::Tanh;
    settings.pooling = pooling;
    settings.pool_every = 1;
    settings.depth = 2;
    settings.width = 4;
    for (const Loss loss : kLosses) expect_right(settings, loss, kColours, 3);
  }
}

TEST(gradient, of_kernels_of_every_size_matches_forward_differentiation) {
  constexpr ProblemShape kImage{40, kClasses, 5, 8};
  for (const std::size_t kernel : {1U, 3U, 5U}) {
    NetworkSettings settings;
    settings.family = Family::Cnn;
    settings.activation = Activation::Tanh;
    settings.kernel = kernel;
    settings.depth = 2;
    settings.width = 3;
    expect_right(settings, Loss::SoftmaxCrossEntropy, kImage, 3);
  }
}

std::vector<double> backpropagated(const Network<double>& network,
                                   std::span<const double> parameters, Slice<double>& slice) {
  const ParameterLayout& layout = network.layout();
  std::vector<double> gradient(layout.block_size());
  Workspace<double> workspace;
  for (std::size_t g = 0; g < network.groups(); ++g) {
    network.forward(g, parameters, slice, workspace, {});
  }
  network.evaluate_loss(slice);
  for (std::size_t g = network.groups(); g-- > 0;) {
    network.backward(g, parameters, {}, slice, workspace,
                     {layout.group(std::span<double>(gradient), g), {}});
  }
  return gradient;
}

TEST(gradient, the_scalar_chain_is_the_product_of_weights_and_derivatives) {
  NetworkSettings settings;
  settings.activation = Activation::Sigmoid;
  settings.init = Init::UnitNormal;
  settings.depth = 12;
  settings.width = 1;
  const auto network = make_network<double>(settings, Loss::MeanSquaredError, {1, 1, 0, 0});
  const ParameterLayout& layout = network->layout();
  std::vector<double> parameters(layout.block_size());
  initialise<double>(settings, layout, 4, parameters);
  Slice<double> slice = network->make_slice(1);
  slice.input()(0, 0) = 0.7;
  slice.targets()[0] = 1;
  const std::vector<double> gradient = backpropagated(*network, parameters, slice);
  std::vector<double> slopes;
  double a = 0.7;
  for (std::size_t l = 0; l < network->groups(); ++l) {
    const double z = a * layout.weights(std::span<const double>(parameters), l)(0, 0);
    const bool output = l + 1 == network->groups();
    const double e = std::exp(-z);
    slopes.push_back(output ? 1 : e / ((1 + e) * (1 + e)));
    a = output ? z : 1 / (1 + e);
  }
  double delta = a - 1;  // of the output layer
  for (std::size_t l = network->groups(); l-- > 0;) {
    delta *= slopes[l];
    // 13 factors, each with a few rounding errors.
    EXPECT_NEAR(layout.bias(std::span<const double>(gradient), l)[0] / delta, 1, 1e-13);
    delta *= layout.weights(std::span<const double>(parameters), l)(0, 0);
  }
}

// A float32 network follows its float64 reference down to the last subnormal. An entry of delta is
// off by half the smallest subnormal, 2^-150, at most at each layer, and the factor per layer is
// about 1/4, so the errors of one entry add up to less than 2^-149 after the products; 64 entries
// of them against the norm is the bound below, beside 1e-3 for sixty layers of ordinary rounding.
TEST(mlp, float32_deltas_are_right_down_to_the_last_subnormal) {
  NetworkSettings settings;
  settings.depth = 75;
  settings.width = 16;
  const Loss loss = Loss::SoftmaxCrossEntropy;
  const auto narrow = make_network<float>(settings, loss, kShape);
  const auto wide = make_network<double>(settings, loss, kShape);
  const ParameterLayout& layout = narrow->layout();
  std::vector<float> p32(layout.block_size());
  initialise<float>(settings, layout, 5, p32);
  const std::vector<double> p64(p32.begin(), p32.end());
  Slice<float> s32 = narrow->make_slice(4);
  Slice<double> s64 = wide->make_slice(4);
  Workspace<float> w32;
  Workspace<double> w64;
  for (std::size_t i = 0; i < 4 * kInputs; ++i) {
    s32.input().data[i] = 0.01F * static_cast<float>(i);
    s64.input().data[i] = s32.input().data[i];
  }
  for (std::size_t l = 0; l < layout.layers(); ++l) {
    narrow->forward(l, std::span<const float>(p32), s32, w32, {});
    wide->forward(l, std::span<const double>(p64), s64, w64, {});
  }
  narrow->evaluate_loss(s32);
  wide->evaluate_loss(s64);
  std::vector<float> g32(layout.block_size());
  std::vector<double> g64(layout.block_size());
  std::size_t subnormal_layers = 0;
  for (std::size_t l = layout.layers(); l-- > 0;) {
    BackwardOptions<float> quarter32;
    quarter32.scale = 0.25F;
    narrow->backward(l, p32, quarter32, s32, w32, {layout.group(std::span<float>(g32), l), {}});
    BackwardOptions<double> quarter64;
    quarter64.scale = 0.25;
    wide->backward(l, p64, quarter64, s64, w64, {layout.group(std::span<double>(g64), l), {}});
    const double exact = s64.stage_sums[l].delta.norm();
    EXPECT_NEAR(s32.stage_sums[l].delta.norm(), exact, 1e-3 * exact + 8 * 0x1p-149)
        << "layer " << l;
    const auto d32 = layout.weights(std::span<const float>(g32), l).span();
    const auto d64 = layout.weights(std::span<const double>(g64), l).span();
    const double norm = math::square_sum<double>(d64).norm();
    for (std::size_t i = 0; i < d64.size(); ++i) {
      EXPECT_NEAR(d32[i], d64[i], 1e-3 * norm + 8 * 0x1p-149);
    }
    if (exact > 0x1p-149 && exact < 0x1p-126) ++subnormal_layers;
  }
  EXPECT_GT(subnormal_layers, 5U) << "the test must reach the subnormal layers";
}

TEST(mlp, counts_the_operations_of_a_step) {
  NetworkSettings settings;
  settings.depth = 2;
  settings.width = 3;
  const auto mlp = make_network<float>(settings, Loss::MeanSquaredError, {5, 2, 0, 0});
  // forward and dW of every layer, dX of all but the first: 2 (2*15 + 3*9 + 3*6) per sample
  EXPECT_DOUBLE_EQ(mlp->step_flops(10), 10 * 2 * (30 + 27 + 18));
}

}  // namespace
}  // namespace plumb::net
