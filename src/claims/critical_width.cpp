#include "claims/critical_width.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "claims/measurement.hpp"
#include "theory/mean_field.hpp"

namespace plumb::claims {
namespace {

constexpr std::array<std::size_t, 5> kWidths{64, 80, 104, 128, 160};
constexpr std::size_t kSeeds = 60;
constexpr std::size_t kDepth = 16;

net::NetworkSettings network_of(std::size_t width) {
  net::NetworkSettings settings;
  settings.depth = kDepth;
  settings.width = width;
  settings.init = net::Init::UnitNormal;
  return settings;
}

}  // namespace

double unit_normal_chi(double width) {
  return theory::mean_field({math::Activation::Sigmoid}, width, 0).chi_1;
}

double predicted_critical_width() {
  double low = 10;
  double high = 1000;
  while (high - low > 1e-6) {
    const double middle = (low + high) / 2;
    (unit_normal_chi(middle) < 1 ? low : high) = middle;
  }
  return low;
}

double measured_critical_width(std::size_t threads) {
  double sum_x = 0;
  double sum_y = 0;
  double sum_xx = 0;
  double sum_xy = 0;
  for (const std::size_t width : kWidths) {
    const double x = std::log(static_cast<double>(width));
    const double y =
        std::log(measure_decay({network_of(width), {64, 10}, kSeeds}, threads).mean_ratio);
    sum_x += x;
    sum_y += y;
    sum_xx += x * x;
    sum_xy += x * y;
  }
  const auto n = static_cast<double>(kWidths.size());
  const double slope = (n * sum_xy - sum_x * sum_y) / (n * sum_xx - sum_x * sum_x);
  return std::exp((sum_x - sum_y / slope) / n);
}

Measurement critical_width_measurement(double measured) {
  return within("N(0,1) weights: width at which the gradient keeps its length", measured, 103, 8,
                fmt::format("chi_1 = 1 at {:.1f}", predicted_critical_width()));
}

Measurement mean_ratio_measurement(std::size_t width, double expected, const Decay& decay) {
  const double statistical =
      kNinetyNine * std::sqrt(decay.predicted_variance / static_cast<double>(decay.count));
  const double first_order = 1 / static_cast<double>(width);
  return within(fmt::format("N(0,1) weights, width {}: root of the mean of ||delta_l||^2 / "
                            "||delta_l+1||^2",
                            width),
                std::sqrt(decay.mean_ratio), expected, expected * (statistical + first_order) / 2,
                "sqrt(chi_1); 99 % of means, and 1/n for q* at finite width");
}

}  // namespace plumb::claims
