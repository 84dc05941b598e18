#include "data/facts.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "data/source.hpp"

namespace plumb::data {
namespace {

/// Two columns, x and 1000 x, with x = 0, 1, 2, ...
class Table final : public Dataset {
 public:
  Table(std::vector<double> targets, std::size_t classes)
      : targets_(std::move(targets)), classes_(classes) {}
  [[nodiscard]] std::string_view source() const override { return "csv"; }
  [[nodiscard]] std::size_t inputs() const override { return 2; }
  [[nodiscard]] std::size_t classes() const override { return classes_; }
  [[nodiscard]] bool is_regression() const override { return classes_ == 1; }
  [[nodiscard]] std::optional<std::uint64_t> size(Split split) const override {
    return split == Split::Train ? targets_.size() : 0;
  }
  double read(Split /*split*/, std::uint64_t index, std::span<float> x) const override {
    x[0] = static_cast<float>(index);
    x[1] = 1000 * x[0];
    return targets_[index];
  }

 private:
  std::vector<double> targets_;
  std::size_t classes_;
};

TEST(facts, count_the_samples_of_each_class) {
  const DataFacts facts = look_at(Table({0, 2, 2, 0, 0}, 4));
  EXPECT_EQ(facts.class_counts, (std::vector<std::uint64_t>{3, 0, 2, 0}));
  EXPECT_EQ(facts.classes_without_samples(), (std::vector<std::size_t>{1, 3}));
  EXPECT_EQ(facts.frequencies(4), (std::vector<double>{0.6, 0, 0.4, 0}));
  EXPECT_FALSE(facts.sorted_by_class);
}

TEST(facts, tell_data_that_is_sorted_by_class_in_whatever_order) {
  EXPECT_TRUE(look_at(Table({2, 2, 0, 0, 1}, 3)).sorted_by_class);
  EXPECT_FALSE(look_at(Table({2, 2, 0, 2, 1}, 3)).sorted_by_class);
}

TEST(facts, know_the_widest_and_the_narrowest_column) {
  const DataFacts facts = look_at(Table({0, 1, 0}, 2));
  EXPECT_NEAR(facts.widest / facts.narrowest, 1000, 1e-9);
  EXPECT_EQ(facts.widest_column, 1U);
  EXPECT_EQ(facts.narrowest_column, 0U);
}

TEST(facts, of_values_to_be_predicted_are_their_variance) {
  const DataFacts facts = look_at(Table({1, 3, 1, 3}, 1));
  EXPECT_DOUBLE_EQ(facts.target_variance, 1);
  EXPECT_TRUE(facts.class_counts.empty());
}

TEST(facts, of_drawn_classes_are_not_counted) {
  DataSettings settings;
  settings.source = Source::Teacher;
  settings.inputs = 3;
  settings.classes = 2;
  const auto drawn = open_dataset(settings, ".", 1);
  const DataFacts facts = look_at(*drawn);
  EXPECT_TRUE(facts.class_counts.empty());
  EXPECT_EQ(facts.frequencies(2), (std::vector<double>{0.5, 0.5}));
}

}  // namespace
}  // namespace plumb::data
