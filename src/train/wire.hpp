// How gradients travel in a narrow number format: where the codec of sums meets the formats of
// math.
#pragma once

#include "comm/allreduce/wire_codec.hpp"
#include "math/formats/number_format.hpp"

namespace plumb::train {

/// Floats in this format on the wire; as they are in memory for Float32.
comm::WireCodec wire_codec(math::NumberFormat format);

}  // namespace plumb::train
