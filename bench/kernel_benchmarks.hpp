#pragma once

#include "bench/suite.hpp"

namespace plumb::bench {

/// Number formats, statistics of gradients, the Adam step, and what convolutions do to images.
void add_kernels(Suite& suite);

}  // namespace plumb::bench
