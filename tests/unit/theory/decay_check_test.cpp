#include "theory/decay_check.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "random_network.hpp"

namespace plumb::theory {
namespace {

using math::Activation;
using net::Init;
using net::NetworkSettings;

constexpr net::ProblemShape kProblem{100, 10, 0, 0};
constexpr double kSquareNorm = 60;

NetworkSettings network(Activation activation, Init init, std::size_t depth, std::size_t width) {
  NetworkSettings settings;
  settings.activation = activation;
  settings.init = init;
  settings.depth = depth;
  settings.width = width;
  return settings;
}

Prediction prediction_of(const NetworkSettings& settings) {
  return predict(settings, kProblem, kSquareNorm);
}

/// delta_rms exactly as predicted, every ratio multiplied by `wrong`.
std::vector<double> as_predicted(const Prediction& p, double wrong = 1, double output = .3) {
  std::vector<double> delta(p.delta_rms_ratio.size(), output);
  for (std::size_t l = delta.size() - 1; l-- > 0;) {
    delta[l] = delta[l + 1] * p.delta_rms_ratio[l] * std::exp(p.log_ratio_bias[l] / 2) * wrong;
  }
  return delta;
}

void expect_not_checked(const DecayCheck& check, const std::string& reason) {
  EXPECT_FALSE(check.checked) << check.detail;
  EXPECT_FALSE(check.passed);
  EXPECT_EQ(check.detail.rfind("not checked: ", 0), 0U) << check.detail;
  EXPECT_NE(check.detail.find(reason), std::string::npos) << check.detail;
}

TEST(decay_check, passes_what_is_predicted_and_says_the_numbers) {
  const NetworkSettings settings = network(Activation::Sigmoid, Init::Lecun, 20, 256);
  const Prediction p = prediction_of(settings);
  const DecayCheck check = check_decay(p, settings, as_predicted(p), 64);
  EXPECT_TRUE(check.checked);
  EXPECT_TRUE(check.passed) << check.detail;
  EXPECT_EQ(check.detail.rfind("mean ln ratio over 17 layers -2.8", 0), 0U) << check.detail;
}

TEST(decay_check, fails_a_factor_that_is_wrong_by_a_tenth) {
  for (const Activation activation :
       {Activation::Sigmoid, Activation::Tanh, Activation::Relu, Activation::Linear}) {
    for (const bool residual : {false, true}) {
      NetworkSettings settings = network(activation, Init::Lecun, 20, 256);
      settings.residual = residual;
      const Prediction p = prediction_of(settings);
      for (const double wrong : {1.1, 1 / 1.1}) {
        const DecayCheck check = check_decay(p, settings, as_predicted(p, wrong), 64);
        if (activation == Activation::Relu && residual) {
          expect_not_checked(check, "turns towards the signal");
        } else {
          EXPECT_TRUE(check.checked) << check.detail;
          EXPECT_FALSE(check.passed) << check.detail;
        }
      }
    }
  }
}

TEST(decay_check, fails_a_slightly_wrong_factor_in_a_wide_orthogonal_network) {
  const NetworkSettings settings = network(Activation::Linear, Init::Orthogonal, 20, 256);
  const Prediction p = prediction_of(settings);
  EXPECT_TRUE(check_decay(p, settings, as_predicted(p), 64).passed);
  EXPECT_FALSE(check_decay(p, settings, as_predicted(p, .999), 64).passed);
}

// Five standard deviations: the chance of one failure in these networks is below 1e-4.
TEST(decay_check, passes_real_networks_of_every_kind) {
  std::size_t checked = 0;
  for (const Activation activation : {Activation::Sigmoid, Activation::Tanh, Activation::Relu}) {
    for (const Init init : {Init::Glorot, Init::He, Init::UnitNormal, Init::Orthogonal}) {
      for (const bool residual : {false, true}) {
        NetworkSettings settings = network(activation, init, 14, 192);
        settings.residual = residual;
        for (const std::size_t batch : {1U, 6U}) {
          const auto delta = testing::measured_delta_rms(settings, kProblem.inputs,
                                                         kProblem.classes, kSquareNorm, 5, batch);
          const DecayCheck check = check_decay(prediction_of(settings), settings, delta, batch);
          checked += check.checked ? 1U : 0U;
          EXPECT_EQ(check.passed, check.checked)
              << check.detail << " activation " << static_cast<int>(activation) << " init "
              << static_cast<int>(init) << " residual " << residual;
        }
      }
    }
  }
  // Of 48, too narrow for the theory: N(0, 1) weights with residual sigmoid and with tanh (3 x 2),
  // and residual relu with the three smaller variances (3 x 2).
  EXPECT_EQ(checked, 36U);
}

/// Square norms as those of the spirals, or with a logarithm of standard deviation 3.
std::vector<double> mixed_norms(std::size_t samples, bool spirals, std::uint64_t seed) {
  core::RandomStream random(seed, core::Purpose::TrainSample, 1U << 30U);
  std::vector<double> norms;
  for (std::size_t s = 0; s < samples; ++s) {
    norms.push_back(spirals ? std::pow(random.uniform(), 2) + .0008
                            : std::exp(3 * random.normal()));
  }
  return norms;
}

// Layers of different widths: each ratio has its own variance, width and finite-width terms.
TEST(decay_check, passes_layers_of_different_widths) {
  std::size_t checked = 0;
  for (const Init init : {Init::Glorot, Init::He, Init::Orthogonal, Init::UnitNormal}) {
    for (const Activation activation : {Activation::Tanh, Activation::Relu, Activation::Linear}) {
      for (const bool widening : {false, true}) {
        NetworkSettings settings = network(activation, init, 5, 256);
        settings.widths = {256, 192, 128, 96, 64};
        if (widening) std::reverse(settings.widths.begin(), settings.widths.end());
        for (const std::uint64_t seed : {1U, 2U, 3U}) {
          const testing::Vector norms{kSquareNorm, kSquareNorm};
          const auto delta = testing::measured_delta_rms(settings, 100, 10, norms, seed);
          const DecayCheck check =
              check_decay(predict(settings, kProblem, norms), settings, delta, 2);
          checked += check.checked ? 1U : 0U;
          EXPECT_EQ(check.passed, check.checked) << check.detail;
        }
      }
    }
  }
  EXPECT_GE(checked, 54U);  // of 72: saturated tanh units leave few paths
}

TEST(decay_check, of_different_widths_fails_a_wrong_factor_and_needs_the_narrowest_wide_enough) {
  NetworkSettings settings = network(Activation::Tanh, Init::Glorot, 12, 400);
  settings.widths = {400, 380, 360, 340, 320, 300, 280, 260, 240, 220, 210, 200};
  const Prediction prediction = prediction_of(settings);
  EXPECT_TRUE(check_decay(prediction, settings, as_predicted(prediction), 1).passed);
  EXPECT_FALSE(check_decay(prediction, settings, as_predicted(prediction, 1.3), 1).passed);
  EXPECT_FALSE(prediction.q_star);  // Glorot's variances differ with the widths
  EXPECT_TRUE(std::isnan(prediction.chi_1));
  settings.init = Init::Lecun;
  EXPECT_TRUE(prediction_of(settings).q_star);
  settings.widths.back() = 15;
  EXPECT_EQ(check_decay(prediction, settings, as_predicted(prediction), 1).detail,
            "not checked: width 15 is too small for the theory, which needs 16");
}

TEST(decay_check, does_not_judge_signals_beyond_double) {
  NetworkSettings settings = network(Activation::Linear, Init::Scaled, 15, 128);
  settings.weight_variance = 1e30;
  const Prediction prediction = prediction_of(settings);
  const DecayCheck check = check_decay(prediction, settings, std::vector<double>(16, 1e200), 32);
  EXPECT_FALSE(check.checked);
  EXPECT_EQ(check.detail, "not checked: the predicted signals are beyond the range of float64");
}

struct Mixed {
  double weight_variance = 2;
  std::size_t depth = 6, width = 256, batch = 64;
  bool spirals = true;
};

// Chaotic tanh networks: samples of small norm make up more and more of the gradient on its way
// down. Five standard deviations again.
TEST(decay_check, passes_saturating_networks_on_samples_of_different_norm) {
  std::size_t checked = 0;
  std::size_t failed_with_the_mean = 0;
  for (const Mixed& mixed :
       {Mixed{2, 6}, Mixed{2, 10}, Mixed{2, 20}, Mixed{3, 10}, Mixed{3, 20}, Mixed{2, 10, 64, 4},
        Mixed{2, 10, 256, 64, false}, Mixed{1.2, 20, 256, 64, false}}) {
    NetworkSettings settings = network(Activation::Tanh, Init::Scaled, mixed.depth, mixed.width);
    settings.weight_variance = mixed.weight_variance;
    const net::ProblemShape problem{2, 10, 0, 0};
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
      const auto norms = mixed_norms(mixed.batch, mixed.spirals, seed);
      const auto delta = testing::measured_delta_rms(settings, 2, 10, norms, seed);
      const DecayCheck check =
          check_decay(predict(settings, problem, norms), settings, delta, mixed.batch);
      checked += check.checked ? 1U : 0U;
      EXPECT_EQ(check.passed, check.checked)
          << check.detail << " depth " << mixed.depth << " variance " << mixed.weight_variance;
      double mean = 0;
      for (const double norm : norms) mean += norm / static_cast<double>(mixed.batch);
      const Prediction plain = predict(settings, problem, mean);
      failed_with_the_mean += check_decay(plain, settings, delta, mixed.batch).passed ? 0U : 1U;
    }
  }
  EXPECT_GE(checked, 16U);              // of 24
  EXPECT_GE(failed_with_the_mean, 5U);  // so that the test means something
}

TEST(decay_check, fails_a_wrong_factor_on_samples_of_different_norm) {
  NetworkSettings settings = network(Activation::Tanh, Init::Lecun, 20, 256);
  const Prediction p = predict(settings, kProblem, mixed_norms(256, false, 1));
  EXPECT_TRUE(check_decay(p, settings, as_predicted(p), 256).passed);
  for (const double wrong : {1.1, 1 / 1.1}) {
    const DecayCheck check = check_decay(p, settings, as_predicted(p, wrong), 256);
    EXPECT_TRUE(check.checked) << check.detail;
    EXPECT_FALSE(check.passed) << check.detail;
  }
}

TEST(decay_check, does_not_judge_the_gradient_of_one_sample_among_many) {
  NetworkSettings settings = network(Activation::Tanh, Init::He, 20, 256);
  std::vector<double> norms(64, 100.0);
  norms[5] = 1e-9;
  const Prediction p = predict(settings, kProblem, norms);
  expect_not_checked(check_decay(p, settings, as_predicted(p), 64), "samples");
}

TEST(decay_check, fails_a_real_network_that_forgets_the_derivative) {
  const NetworkSettings linear = network(Activation::Linear, Init::Lecun, 14, 128);
  const auto delta =
      testing::measured_delta_rms(linear, kProblem.inputs, kProblem.classes, kSquareNorm, 5, 4);
  for (const Activation activation : {Activation::Sigmoid, Activation::Relu}) {
    const NetworkSettings settings = network(activation, Init::Lecun, 14, 128);
    const DecayCheck check = check_decay(prediction_of(settings), settings, delta, 4);
    EXPECT_TRUE(check.checked);
    EXPECT_FALSE(check.passed) << check.detail;
  }
}

TEST(decay_check, says_why_it_does_not_check) {
  const auto unchecked = [](const NetworkSettings& settings) {
    net::ProblemShape problem{100, 10, 10, 10};
    const Prediction p = predict(settings, problem, kSquareNorm);
    return check_decay(p, settings, std::vector<double>(p.delta_rms_ratio.size(), .1), 64);
  };
  expect_not_checked(unchecked(network(Activation::Relu, Init::He, 10, 8)), "width 8 is too small");
  expect_not_checked(unchecked(network(Activation::Relu, Init::He, 10, 32)),
                     "width 32 is too small");
  expect_not_checked(unchecked(network(Activation::Relu, Init::He, 2, 256)), "2 hidden layers");
  expect_not_checked(unchecked(network(Activation::Relu, Init::He, 0, 256)), "0 hidden layers");
  NetworkSettings other = network(Activation::Relu, Init::He, 10, 256);
  other.family = net::Family::Rnn;
  expect_not_checked(unchecked(other), "time step");
  other.family = net::Family::Cnn;
  expect_not_checked(unchecked(other), "pooling");
}

TEST(decay_check, says_before_training_whether_a_network_is_outside_its_assumptions) {
  const auto reason = [](const NetworkSettings& settings) {
    return outside_assumptions(predict(settings, {100, 10, 10, 10}, kSquareNorm), settings)
        .value_or("");
  };
  EXPECT_EQ(reason(network(Activation::Relu, Init::He, 10, 256)), "");
  EXPECT_EQ(reason(network(Activation::Relu, Init::He, 0, 256)), "");
  EXPECT_NE(reason(network(Activation::Relu, Init::He, 10, 8)).find("width 8 is too small"),
            std::string::npos);
  NetworkSettings other = network(Activation::Relu, Init::He, 10, 256);
  other.family = net::Family::Rnn;
  EXPECT_NE(reason(other).find("time step"), std::string::npos);
}

TEST(decay_check, does_not_judge_values_that_are_none) {
  const NetworkSettings settings = network(Activation::Sigmoid, Init::Lecun, 20, 256);
  const Prediction p = prediction_of(settings);
  for (const double value :
       {0.0, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    std::vector<double> delta = as_predicted(p);
    delta[7] = value;
    expect_not_checked(check_decay(p, settings, delta, 64), "delta_rms of layer 8 is");
  }
  expect_not_checked(check_decay(p, settings, std::vector<double>(5, .1), 64), "5 layers measured");
  expect_not_checked(check_decay(p, settings, std::vector<double>(21, 0.0), 64), "too near");
}

TEST(decay_check, leaves_out_layers_below_the_number_format_and_only_those) {
  // A factor .236 a layer: float32's deltas become subnormal some 56 layers below the output.
  const NetworkSettings settings = network(Activation::Sigmoid, Init::Lecun, 100, 256);
  const Prediction p = prediction_of(settings);
  std::vector<double> delta = as_predicted(p);
  for (std::size_t l = 0; l < 40; ++l) delta[l] = l < 25 ? 0 : delta[l] * 3;  // lost, and rounded
  const DecayCheck check = check_decay(p, settings, delta, 64);
  EXPECT_TRUE(check.checked);
  EXPECT_TRUE(check.passed) << check.detail;
  EXPECT_NE(check.detail.find("too small for their format"), std::string::npos) << check.detail;
  // In float64 they would be ordinary numbers, and zero there a surprise.
  expect_not_checked(check_decay(p, settings, delta, 64, std::numeric_limits<double>::min()),
                     "is zero");
  // A small number where a large one is expected is no matter of formats.
  std::vector<double> broken = as_predicted(p);
  for (std::size_t l = 0; l <= 90; ++l) broken[l] = 1e-37;
  EXPECT_TRUE(check_decay(p, settings, broken, 64).checked);
  EXPECT_FALSE(check_decay(p, settings, broken, 64).passed);
}

}  // namespace
}  // namespace plumb::theory
