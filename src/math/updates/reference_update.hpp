// The plain reference of every optimizer's pass over parameters.
#pragma once

#include <cstddef>
#include <span>

#include "math/entry_counts.hpp"
#include "math/vector_kernels.hpp"

namespace plumb::math::reference {

/// step(i): the new weight i, after it has updated whatever is kept for it.
template <class T, class Step>
UpdateSums update_measured(std::span<const T> gradient, std::span<T> weights,
                           Step&& step) noexcept {
  UpdateSums sums;
  EntryCounts counts;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const T before = weights[i];
    weights[i] = step(i);
    const T change = weights[i] - before;
    sums.weight_before += reference::square_sum<T>(std::span(&before, 1));
    sums.change += reference::square_sum<T>(std::span(&change, 1));
    counts.add_entry(gradient[i], before, weights[i]);
  }
  sums.gradient = reference::square_sum<T>(gradient);
  sums.gradient_max = counts.largest;
  sums.zero = counts.zero;
  sums.nonfinite = counts.nonfinite;
  sums.unchanged = counts.unchanged;
  return sums;
}

}  // namespace plumb::math::reference
