// Does a network's gradient decay as predicted, before the first update?
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <string>

#include "net/settings.hpp"
#include "theory/prediction.hpp"

namespace plumb::theory {

struct DecayCheck {
  bool checked = false;  // else `detail` says why not
  bool passed = false;
  std::string detail;  // one line without a full stop
};

/// Why the prediction is not to be held against this network, in one line without a full stop;
/// nothing where the network is one that the theory speaks of.
std::optional<std::string> outside_assumptions(const Prediction& prediction,
                                               const net::NetworkSettings& settings);

/// Compares the mean over inner layers of ln(delta_rms(l)^2 / delta_rms(l+1)^2), measured at step
/// 0, with the prediction; how wide the band is and which layers are left out is derived in
/// docs/theory.md. mlp only, plain or residual.
/// delta_rms: (L). batch: samples it is the mean of. smallest_normal: of the number format that
/// deltas are kept in, divided by the loss scale; layers whose deltas come near it are left out.
DecayCheck check_decay(const Prediction& prediction, const net::NetworkSettings& settings,
                       std::span<const double> delta_rms, std::size_t batch,
                       double smallest_normal = std::numeric_limits<float>::min());

}  // namespace plumb::theory
