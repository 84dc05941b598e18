// A step carries its state: orders of calls that its type cannot rule out are refused.
#include <gtest/gtest.h>

#include <stdexcept>
#include <type_traits>
#include <utility>

#include "net/initializers.hpp"
#include "small_training.hpp"
#include "train/evaluation.hpp"
#include "train/step_engine.hpp"

namespace plumb::test {
namespace {

using Step = train::Step<float>;

template <class S>
concept UpdatedTwice = requires(S& step) {
  step.update();
};
static_assert(!UpdatedTwice<Step>, "only a step that is given away can be updated");
static_assert(!std::is_copy_constructible_v<Step> && std::is_nothrow_move_constructible_v<Step>);

/// The parameters are sent in several buckets.
struct SmallEngine {
  SmallEngine() {
    net::initialise(network, engine.network().layout(), settings.seed, engine.parameters());
  }
  static train::TrainSettings several_buckets() {
    train::TrainSettings settings = small_training();
    settings.allreduce.bucket_kib = 1;
    return settings;
  }
  [[nodiscard]] std::vector<float> parameters() {
    return {engine.parameters().begin(), engine.parameters().end()};
  }

  std::unique_ptr<const data::Dataset> dataset = small_data();
  net::NetworkSettings network = small_network();
  train::TrainSettings settings = several_buckets();
  train::TrainContext context{world(), *dataset, 1};
  train::StepEngine<float> engine{network, settings, context};
};

constexpr train::Measure kPlain{};
constexpr train::Measure kMeasured{true, true};

TEST(step, that_is_dropped_changes_nothing_and_the_next_ones_have_the_same_bits) {
  for (const train::Measure measure : {kPlain, kMeasured}) {
    SmallEngine dropping;
    SmallEngine plain;
    for (std::uint64_t step = 0; step < 3; ++step) {
      const std::vector<float> before = dropping.parameters();
      static_cast<void>(dropping.engine.begin_step(step, measure, {}));
      EXPECT_FALSE(dropping.engine.step_under_way());
      EXPECT_TRUE(same_bits(dropping.parameters(), before));
      dropping.engine.begin_step(step, measure, {}).update();
      plain.engine.begin_step(step, measure, {}).update();
      EXPECT_TRUE(same_bits(dropping.parameters(), plain.parameters()));
    }
  }
}

TEST(step, whose_gradient_is_looked_at_has_the_same_bits) {
  SmallEngine looking;
  SmallEngine plain;
  for (std::uint64_t step = 0; step < 3; ++step) {
    Step looked_at = looking.engine.begin_step(step, kPlain, {});
    EXPECT_EQ(looked_at.gradient().size(), looking.parameters().size());
    std::move(looked_at).update();
    plain.engine.begin_step(step, kPlain, {}).update();
    EXPECT_TRUE(same_bits(looking.parameters(), plain.parameters()));
  }
}

TEST(step, is_over_after_its_update) {
  SmallEngine small;
  Step step = small.engine.begin_step(0, kPlain, {});
  EXPECT_TRUE(small.engine.step_under_way());
  const train::StepResult result = std::move(step).update();
  EXPECT_FALSE(small.engine.step_under_way());
  EXPECT_TRUE(result.layers.empty());
}

TEST(step, is_refused_while_another_one_is_under_way) {
  SmallEngine small;
  Step first = small.engine.begin_step(0, kPlain, {});
  EXPECT_THROW(static_cast<void>(small.engine.begin_step(1, kPlain, {})), std::logic_error);
  EXPECT_TRUE(small.engine.step_under_way());
  std::move(first).update();
}

TEST(step, under_way_keeps_its_slices_from_an_evaluation) {
  SmallEngine small;
  const Step step = small.engine.begin_step(0, kPlain, {});
  EXPECT_THROW(train::evaluate(small.engine, small.context, 2, 0), std::logic_error);
}

}  // namespace
}  // namespace plumb::test
