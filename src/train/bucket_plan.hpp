// The gradient block cut into the pieces in which it travels between ranks.
#pragma once

#include <cstddef>
#include <vector>

#include "net/parameter_layout.hpp"

namespace plumb::train {

/// A run of the block. It is complete when the backward pass has left first_group.
struct Bucket {
  std::size_t offset;
  std::size_t count;
  std::size_t first_group;
  std::size_t last_group;
};

/// From the end of the block, whose groups are ready first, to its beginning, without gaps. Whole
/// groups share a bucket of at most `longest` elements (>= 1); a longer group is cut into several
/// of about equal length.
std::vector<Bucket> cut_into_buckets(const net::ParameterLayout& layout, std::size_t longest);

/// Elements first .. first+count-1, to which all groups contribute.
std::vector<Bucket> cut_extra(std::size_t first, std::size_t count, std::size_t groups,
                              std::size_t longest);

}  // namespace plumb::train
