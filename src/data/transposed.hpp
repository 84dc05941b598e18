// Images with rows and columns exchanged, as EMNIST's lie in their files.
#pragma once

#include <memory>

#include "data/dataset.hpp"

namespace plumb::data {

/// `dataset` with every image mirrored at its diagonal; all else is passed on. It must have images.
std::unique_ptr<const Dataset> transposed(std::unique_ptr<const Dataset> dataset);

}  // namespace plumb::data
