// Convolutional networks: convolutions, pooling, and a dense output layer.
#pragma once

#include <string>

#include "net/families/family.hpp"

namespace plumb::net {

/// `depth` convolutions with zeros around the image. 2x2 pooling follows every pool_every-th one
/// while the pooled image still holds a kernel, so that networks of any depth fit any image the
/// first kernel fits. In residual networks a convolution adds its input, from the second one on.
extern const FamilyRecipe kCnn;

/// Why no convolution of a cnn is pooled although its depth would allow for it: the image is too
/// small. "what is wrong; what is allowed"; empty when pooling happens, is not due or not wanted,
/// and for other families. No Incompatibility: such a network can be trained, unless somebody
/// counts on the pooling.
std::string ineffective_pooling(const NetworkSettings& settings, const ProblemShape& problem);

}  // namespace plumb::net
