// What a study says about recording.
#pragma once

#include <cstdint>
#include <vector>

namespace plumb::probe {

struct RecordSettings {
  std::uint64_t every = 1;                    // record each so-many-th step, from step 0
  std::uint64_t histogram_every = 10;         // exponent histograms of each so-many-th step
  bool buckets = false;                       // also when each gradient bucket travelled
  std::vector<std::uint64_t> snapshot_steps;  // steps whose batch, weights and gradients are kept
};

}  // namespace plumb::probe
