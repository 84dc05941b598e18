#include "experiment/run_warnings.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "experiment/run_watch.hpp"

namespace plumb::experiment {
namespace {

/// A step of a network with two hidden layers and the output, of which nothing is dead.
struct Step {
  explicit Step(std::uint64_t at, double loss_value = 1) : number(at), loss(loss_value) {
    for (auto& layer : layers) {
      layer.alive_units = 1;
      layer.update.change.medium = 1;
    }
  }
  void tell(RunWatch& watch) const {
    train::StepReport report;
    report.step = number;
    report.loss = loss;
    report.loss_scale = loss_scale;
    if (measured) report.layers = layers;
    watch.on_step(report);
  }

  std::uint64_t number;
  double loss;
  double loss_scale = 1;
  bool measured = true;
  std::vector<history::LayerSums> layers{3};
};

TEST(run_watch, counts_measured_steps_that_changed_no_weight) {
  RunWatch watch(10, false);
  for (const std::uint64_t number : {0, 1, 2, 3, 4}) {
    Step step(number);
    step.measured = number != 2;
    if (number % 2 == 1) {
      for (auto& layer : step.layers) layer.update.change = {};
    }
    step.tell(watch);
  }
  const RunCourse course = watch.course();
  EXPECT_EQ(course.steps, 5U);
  EXPECT_EQ(course.measured, 4U);
  EXPECT_EQ(course.still.count, 2U);
  EXPECT_EQ(course.still.first, 1U);
  EXPECT_EQ(course.still.last, 3U);
  EXPECT_EQ(course.skipped.count, 0U);
}

TEST(run_watch, takes_a_change_of_one_layer_for_a_step_that_moved) {
  RunWatch watch(1, false);
  Step step(0);
  step.layers[0].update.change = step.layers[1].update.change = {};
  step.tell(watch);
  EXPECT_EQ(watch.course().still.count, 0U);
}

TEST(run_watch, knows_hidden_layers_that_never_lived) {
  RunWatch watch(2, false);
  Step first(0);
  first.layers[0].alive_units = first.layers[1].alive_units = first.layers[2].alive_units = 0;
  Step second = first;
  second.layers[0].alive_units = 1;
  first.tell(watch);
  second.tell(watch);
  EXPECT_EQ(watch.course().dead_layers, (std::vector<std::size_t>{1}));
}

TEST(run_watch, judges_the_loss_by_means_over_a_tenth_of_the_run) {
  RunWatch watch(20, false);
  for (std::uint64_t number = 0; number < 20; ++number)
    Step(number, number % 2 == 0 ? 0 : 2).tell(watch);
  EXPECT_EQ(watch.course().window, 2U);
  EXPECT_EQ(watch.course().lowest_loss, 1);
}

class Warnings : public ::testing::Test {
 protected:
  class TwoClasses final : public data::Dataset {
   public:
    [[nodiscard]] std::string_view source() const override { return "csv"; }
    [[nodiscard]] std::size_t inputs() const override { return 1; }
    [[nodiscard]] std::size_t classes() const override { return 2; }
    [[nodiscard]] std::optional<std::uint64_t> size(data::Split) const override { return 4; }
    double read(data::Split, std::uint64_t, std::span<float>) const override { return 0; }
  };

  Warnings() {
    run.train.steps = 100;
    data.class_counts = {2, 2};
    course.steps = course.measured = 100;
    course.lowest_loss = 0.1;
    course.lowest_loss_scale = 1;
  }

  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const About about : {About::Data, About::Run}) {
      for (const auto& warning : warnings_about(about, {run, dataset, data, course, result})) {
        found.push_back(warning.name);
        EXPECT_EQ(warning.text.find('\n'), std::string::npos);
        EXPECT_NE(warning.text.find(';'), std::string::npos) << "the remedy: " << warning.text;
      }
    }
    return found;
  }
  void expect(const char* name) const { EXPECT_EQ(names(), std::vector<std::string>{name}); }

  TwoClasses dataset;
  study::RunSettings run;
  data::DataFacts data;
  RunCourse course;
  record::RunResult result;
};

TEST_F(Warnings, have_names_of_their_own) {
  std::set<std::string> all;
  for (const RunWarning& warning : run_warnings()) all.insert(warning.name);
  EXPECT_EQ(all.size(), run_warnings().size());
}

TEST_F(Warnings, are_not_given_where_all_is_well) { EXPECT_TRUE(names().empty()); }

TEST_F(Warnings, name_classes_without_samples) {
  data.class_counts = {4, 0};
  expect("class_without_samples");
  data.sorted_by_class = true;
  expect("class_without_samples");  // of the whole file
}

TEST_F(Warnings, name_data_that_is_sorted_and_cut) {
  data.class_counts = {4, 0};
  data.sorted_by_class = true;
  run.data.samples = 4;
  expect("sorted_and_cut");
}

TEST_F(Warnings, name_columns_of_very_different_size) {
  data.narrowest = 0.5;
  data.widest = 60;
  expect("unequal_columns");
  data.widest = 40;
  EXPECT_TRUE(names().empty());
}

TEST_F(Warnings, name_the_step_of_a_diverged_run) {
  result.diverged_step = 12;
  course.lowest_loss = 5;  // that is said already
  expect("diverged");
}

TEST_F(Warnings, name_a_loss_scale_that_fell) {
  run.train.loss_scale.dynamic = true;
  EXPECT_TRUE(names().empty());
  course.lowest_loss_scale = 0.5;
  expect("loss_scale_floor");
}

TEST_F(Warnings, name_steps_that_changed_nothing) {
  course.still = {3, 7, 20};
  expect("steps_without_change");
  course.skipped = course.still;  // a loss scale finds its place
  EXPECT_TRUE(names().empty());
  course.still = course.skipped = {30, 7, 50};
  expect("steps_without_change");
  run.train.learning_rate = 0;
  EXPECT_TRUE(names().empty());
  run.train.learning_rate = 0.1;
  course.lowest_loss = 1e-6;  // all is learnt
  EXPECT_TRUE(names().empty());
}

TEST_F(Warnings, name_dead_layers) {
  course.dead_layers = {0, 2};
  expect("dead_layer");
}

TEST_F(Warnings, name_a_loss_that_stayed_at_chance) {
  course.lowest_loss = 0.6931;  // ln 2
  expect("loss_at_chance");
  course.lowest_loss = 0.6;
  EXPECT_TRUE(names().empty());
  data.class_counts = {1, 7};  // a constant output reaches 0.377
  expect("loss_at_chance");
  course.steps = 5;
  EXPECT_TRUE(names().empty());
}

}  // namespace
}  // namespace plumb::experiment
