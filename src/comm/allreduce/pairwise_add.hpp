// The addition of TreeAllreduce.
#pragma once

#include <cstddef>

namespace plumb::comm {

/// sum[i] = lower[i] + upper[i] for i < count; sum may be lower or upper itself. Both partners of
/// an exchange pass the lower rank's numbers as `lower`: then they execute the same instruction on
/// the same operands, and agree even on which of two NaNs survives.
void pairwise_add(const float* lower, const float* upper, float* sum, std::size_t count) noexcept;
void pairwise_add(const double* lower, const double* upper, double* sum,
                  std::size_t count) noexcept;

}  // namespace plumb::comm
