// What is measured in a step besides training.
#pragma once

namespace plumb::train {

struct Measure {
  bool sums = false;    // norms and shares of every layer
  bool counts = false;  // exponent histograms too; only together with sums
};

}  // namespace plumb::train
