// What a network is to be fitted to, as far as its shape is concerned.
#pragma once

#include <cstddef>

namespace plumb::net {

struct ProblemShape {
  std::size_t inputs = 0;   // numbers per sample
  std::size_t classes = 0;  // outputs of the network; 1: a value is predicted
  // Grey image the inputs are, row by row; 0 x 0 when they are none.
  std::size_t image_height = 0;
  std::size_t image_width = 0;
};

}  // namespace plumb::net
