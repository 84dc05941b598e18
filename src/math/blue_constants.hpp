// Thresholds and scales of Blue's three bins for doubles, as in LAPACK 3.10's dnrm2.
#pragma once

namespace plumb::math {

inline constexpr double kBlueSmallest = 0x1p-511;   // below: the square loses bits
inline constexpr double kBlueBiggest = 0x1p486;     // above: a long sum of squares may overflow
inline constexpr double kBlueScaleUp = 0x1p537;     // for elements below kBlueSmallest
inline constexpr double kBlueScaleDown = 0x1p-538;  // for elements above kBlueBiggest

}  // namespace plumb::math
