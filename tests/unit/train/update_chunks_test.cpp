#include "train/update_chunks.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace plumb::train {
namespace {

TEST(update_chunks, cover_every_parameter_once_and_no_gap) {
  const net::ParameterLayout layout({{3, 5}, {300, 200}, {200, 7}});
  std::vector<int> seen(layout.block_size(), 0);
  std::size_t parameters = 0;
  for (const Chunk& chunk : cut_into_chunks(layout)) {
    for (std::size_t i = 0; i < chunk.count; ++i) ++seen[chunk.offset + i];
    parameters += chunk.count;
  }
  EXPECT_EQ(parameters, layout.parameters());
  for (std::size_t l = 0; l < layout.layers(); ++l) {
    for (const net::Tensor& tensor : layout.tensors(l)) {
      for (std::size_t i = 0; i < tensor.count(); ++i) EXPECT_EQ(seen[tensor.offset + i], 1);
    }
  }
}

TEST(update_chunks, keep_weights_and_biases_apart) {
  const net::ParameterLayout layout({{4, 4}});
  const auto chunks = cut_into_chunks(layout);
  ASSERT_EQ(chunks.size(), 2U);
  EXPECT_EQ(chunks[0].role, net::TensorRole::Weight);
  EXPECT_EQ(chunks[1].role, net::TensorRole::Bias);
}

}  // namespace
}  // namespace plumb::train
