// From sums to the contract's quantities: the one place that holds the definitions.
#pragma once

#include <cstddef>

#include "history/rows.hpp"
#include "net/network.hpp"
#include "train/observer.hpp"

namespace plumb::probe {

/// What the sums of a step are over.
struct StepScale {
  std::size_t samples = 1;  // global batch
  double loss_scale = 1;    // in the deltas and slice gradients
};

/// sqrt(mean over samples of ||delta||^2), without the loss scale.
double delta_rms(const history::LayerSums& sums, const StepScale& scale);

/// One layer's row. `pivot` is what the activation sums were taken about. Definitions: contract,
/// result files. Norms of nothing over nothing (a layer of zero weights in update_ratio) are 0 when
/// the numerator is 0. noise_scale is left to NoiseScale.
history::LayerRow layer_row(const history::LayerSums& sums, const net::Stage& stage,
                            const net::LayerShape& shape, const StepScale& scale, double pivot);

}  // namespace plumb::probe
