// Networks whose gradient changes equally fast, whatever their activation.
#pragma once

#include "claims/decay.hpp"

namespace plumb::claims {

/// The weight_variance (Init::Scaled) at which theory's chi_1 is the one wanted; between 0.01 and
/// 100. The ensemble's own weight_variance and seeds do not matter.
double variance_for_chi(Ensemble ensemble, double chi_1);

}  // namespace plumb::claims
