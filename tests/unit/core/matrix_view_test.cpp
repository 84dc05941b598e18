#include "core/matrix_view.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace plumb::core {
namespace {

TEST(matrix_view, reads_rows_one_after_the_other) {
  std::vector<int> values{1, 2, 3, 4, 5, 6};
  const MatrixView<int> view{values.data(), 2, 3};
  EXPECT_EQ(view.size(), 6U);
  EXPECT_EQ(view(0, 2), 3);
  EXPECT_EQ(view(1, 0), 4);
  EXPECT_EQ(view.row(1).size(), 3U);
  EXPECT_EQ(view.row(1)[2], 6);
  EXPECT_EQ(view.span().back(), 6);
}

TEST(matrix_view, writes_through_to_its_owner) {
  std::vector<int> values(4);
  const MatrixView<int> view{values.data(), 2, 2};
  view(1, 0) = 7;
  view.row(0)[1] = 8;
  EXPECT_EQ(values, (std::vector<int>{0, 8, 7, 0}));
}

TEST(matrix_view, reads_as_a_view_of_constants) {
  std::vector<int> values{1, 2};
  const MatrixView<int> view{values.data(), 1, 2};
  const MatrixView<const int> constant = view;
  EXPECT_EQ(constant.data, values.data());
  EXPECT_EQ(constant(0, 1), 2);
}

TEST(matrix_view, is_empty_by_default) {
  const MatrixView<double> view;
  EXPECT_EQ(view.size(), 0U);
  EXPECT_TRUE(view.span().empty());
}

}  // namespace
}  // namespace plumb::core
