// Ways to sum over ranks, and what their results must be.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>

#include "comm/allreduce/tree_allreduce.hpp"
#include "math/formats/number_format.hpp"

namespace plumb::bench {

struct SumMethod {
  std::function<void(std::span<float>)> sum;
  /// Is this the sum of all ranks' rank_numbers?
  std::function<bool(std::span<const float>)> is_right;
};

/// Right is what has the definition's bits. The communicator must outlive the method.
SumMethod tree_method(const comm::Communicator& world,
                      math::NumberFormat wire = math::NumberFormat::Float32,
                      comm::TreeOptions options = {});
/// Right is what differs by no more than roundings: MPI's order is its own.
SumMethod mpi_method(const comm::Communicator& world);

/// Numbers in [-1, 1), other ones on every rank.
void fill_with_rank_numbers(const comm::Communicator& world, std::span<float> values);
bool has_tree_sum(const comm::Communicator& world, math::NumberFormat wire,
                  std::span<const float> values);
bool is_near_sum(const comm::Communicator& world, std::span<const float> values);

/// 2048 -> "2KiB".
std::string size_name(std::size_t bytes);

}  // namespace plumb::bench
