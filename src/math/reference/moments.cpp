// Reference implementation of add_moments.
#include "math/moments.hpp"

namespace plumb::math::reference {

template <class T>
void add_moments(std::span<const T> values, double pivot, double& deviation,
                 double& deviation_squared) noexcept {
  for (const T value : values) {
    const double x = static_cast<double>(value) - pivot;
    deviation += x;
    deviation_squared += x * x;
  }
}

template void add_moments(std::span<const float>, double, double&, double&) noexcept;
template void add_moments(std::span<const double>, double, double&, double&) noexcept;

}  // namespace plumb::math::reference
