// From sums to the contract's quantities: the one place that holds the definitions.
#pragma once

#include <cstddef>

#include "math/activation_kernels.hpp"
#include "net/parameter_layout.hpp"
#include "probe/rows.hpp"
#include "train/observer.hpp"

namespace plumb::probe {

/// One layer's row. `sums` are over the global batch of `samples`; `pivot` is phi(0), about which
/// the activation sums were taken. Definitions: contract, result files. Norms of nothing over
/// nothing (a layer of zero weights in update_ratio) are 0 when the numerator is 0.
LayerRow layer_row(const train::LayerSums& sums, const net::LayerShape& shape, std::size_t samples,
                   double pivot);

}  // namespace plumb::probe
