// The table of optimizers.
#include <gtest/gtest.h>

#include "train/optimizers/update_rule.hpp"

namespace plumb::train {
namespace {

TEST(optimizers, stand_in_their_table_once_each_under_the_name_of_study_files) {
  for (std::size_t i = 0; i < std::size(kOptimizers); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(kOptimizers[i].optimizer), i);
    EXPECT_EQ(core::name_of(kOptimizers[i].optimizer), kOptimizers[i].info->name);
    EXPECT_EQ(&info_of(kOptimizers[i].optimizer), kOptimizers[i].info);
  }
}

TEST(optimizers, say_what_they_keep_for_each_parameter) {
  TrainSettings settings;
  EXPECT_EQ(state_bytes<float>(settings, 10), 0U);
  settings.momentum = 0.9;
  EXPECT_EQ(state_bytes<float>(settings, 10), 40U);
  EXPECT_EQ(state_bytes<double>(settings, 10), 80U);
  settings.optimizer = Optimizer::Adam;
  EXPECT_EQ(state_bytes<float>(settings, 10), 80U);
  settings.optimizer = Optimizer::Nesterov;
  EXPECT_EQ(state_bytes<float>(settings, 10), 40U);
  settings.momentum = 0;
  EXPECT_EQ(state_bytes<float>(settings, 10), 0U);
}

// A gradient of one and a learning rate of 1/8: every optimizer's first step goes downwards, and
// weight decay spares biases.
TEST(optimizers, step_against_the_gradient_and_let_only_weights_decay) {
  for (const OptimizerEntry& entry : kOptimizers) {
    SCOPED_TRACE(entry.info->name);
    TrainSettings settings;
    settings.optimizer = entry.optimizer;
    settings.learning_rate = 0.125;
    settings.weight_decay = 0.5;
    for (const net::TensorRole role : {net::TensorRole::Weight, net::TensorRole::Bias}) {
      const auto rule = make_update_rule<double>(settings, 2);
      const std::vector<double> gradient{1};
      std::vector<double> parameters{7, 1};
      rule->begin_step();
      rule->update({0, 1, 1, role}, gradient, parameters);
      EXPECT_EQ(parameters[0], 7) << "not part of the chunk";
      EXPECT_LT(parameters[1], 1);
      const auto spared = make_update_rule<double>(settings, 2);
      std::vector<double> plain{7, 1};
      const std::vector<double> decayed{role == net::TensorRole::Bias ? 1 : 1.5};
      spared->begin_step();
      spared->update({0, 1, 1, net::TensorRole::Bias}, decayed, plain);
      EXPECT_EQ(parameters[1], plain[1]);
    }
  }
}

}  // namespace
}  // namespace plumb::train
