// The reference implementation of a training step's gradient.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/matrix_view.hpp"
#include "net/parameter_layout.hpp"

namespace plumb::bench {

/// Gradient of the mean softmax cross-entropy of a sigmoid network, by the textbook formulas, in
/// double, the whole batch at once: no slices, threads, ranks or fast activation kernels.
/// parameters and result: layout.block_size(). x: (batch, inputs). targets: (batch).
std::vector<double> plain_gradient(const net::ParameterLayout& layout,
                                   std::span<const double> parameters,
                                   core::MatrixView<const double> x,
                                   std::span<const double> targets);

}  // namespace plumb::bench
