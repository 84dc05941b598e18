// Pooling that is asked for and never happens.
#pragma once

#include <string>

#include "net/problem.hpp"
#include "net/settings.hpp"

namespace plumb::net {

/// Why no convolution of a cnn is pooled although its depth would allow for it: the image is too
/// small. "what is wrong; what is allowed"; empty when pooling happens, is not due or not wanted,
/// and for other families. No Misfit: such a network can be trained, unless somebody counts on the
/// pooling.
std::string idle_pooling(const NetworkSettings& settings, const ProblemShape& problem);

}  // namespace plumb::net
