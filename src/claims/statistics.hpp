// How far a count or a mean may lie from what is expected before it is no accident.
#pragma once

#include <cstddef>
#include <span>

namespace plumb::claims {

/// Standard deviations of a normal distribution that 99 % of it lie within.
inline constexpr double kNinetyNine = 2.5758293035489;

/// Half the width of the interval around `share` that holds 99 % of the shares counted in `trials`
/// independent trials. One more half count: shares move in steps of 1 / trials.
double binomial_tolerance(double share, std::size_t trials);

double mean(std::span<const double> values);
/// Of the population the values are a sample of.
double variance(std::span<const double> values);

}  // namespace plumb::claims
