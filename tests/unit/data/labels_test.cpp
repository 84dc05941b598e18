#include "data/labels.hpp"

#include <gtest/gtest.h>

namespace plumb::data {
namespace {

using Names = std::vector<std::string>;

LabelMap of(const std::vector<std::string_view>& labels) { return LabelMap::of_texts(labels); }

TEST(labels, are_sorted_as_numbers_where_all_are_numbers) {
  const LabelMap map = of({"10", "9", "+1", "-1", "1.0", "1e1"});
  EXPECT_TRUE(map.is_numeric());
  EXPECT_EQ(map.names(), (Names{"-1", "1", "9", "10"}));
  EXPECT_EQ(map.find("10.0"), 3);
  EXPECT_EQ(map.find(9.0), 2);
  EXPECT_EQ(map.find("2"), std::nullopt);
  EXPECT_EQ(map.find("x"), std::nullopt);
}

TEST(labels, are_sorted_as_texts_where_one_is_none) {
  const LabelMap map = of({"b", "a", "10", "9", "b"});
  EXPECT_FALSE(map.is_numeric());
  EXPECT_EQ(map.names(), (Names{"10", "9", "a", "b"}));
  EXPECT_EQ(map.find("b"), 3);
  EXPECT_EQ(map.find("9.0"), std::nullopt);
  EXPECT_EQ(map.find(9.0), std::nullopt);
}

TEST(labels, of_either_sign_of_zero_are_one) {
  EXPECT_EQ(of({"-0", "1", "0"}).names(), (Names{"0", "1"}));
  EXPECT_EQ(of({"0", "1", "-0"}).names(), (Names{"0", "1"}));
}

TEST(labels, are_listed_for_messages) {
  EXPECT_EQ(of({"b", "a"}).list(), "a, b");
  std::vector<double> many(37);
  for (std::size_t i = 0; i < many.size(); ++i) many[i] = static_cast<double>(i);
  EXPECT_EQ(LabelMap::of_numbers(many).list(), "0, 1, 2, ..., 36 (37 labels)");
}

TEST(labels, that_are_no_finite_numbers_are_texts) {
  for (const char* text : {"", "+", "+-1", "nan", "inf", "1 2", "1,5", "0x1"}) {
    EXPECT_EQ(to_number(text), std::nullopt) << text;
  }
  EXPECT_EQ(to_number("+2.50e1"), 25.0);
}

}  // namespace
}  // namespace plumb::data
