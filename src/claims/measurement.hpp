// One number that an experiment found, beside the number it should be.
#pragma once

#include <limits>
#include <string>

namespace plumb::claims {

struct Measurement {
  std::string name;
  double measured = std::numeric_limits<double>::quiet_NaN();
  double expected = std::numeric_limits<double>::quiet_NaN();  // not-a-number: an interval only
  double low = 0;                                              // of what counts as agreement,
  double high = 0;                                             // both ends included
  std::string basis;  // where the expectation and the width of the interval come from

  /// Not-a-number never agrees.
  [[nodiscard]] bool agrees() const noexcept { return measured >= low && measured <= high; }
};

/// The one number it must be, to the last bit.
Measurement exactly(std::string name, double measured, double expected, std::string basis);
/// expected - tolerance .. expected + tolerance. tolerance >= 0.
Measurement within(std::string name, double measured, double expected, double tolerance,
                   std::string basis);
/// Where only an interval is known; an end may be infinite.
Measurement between(std::string name, double measured, double low, double high, std::string basis);

/// The expectation as a reader wants it: "0.25", "1.476 +- 0.02", "31 .. 37", ">= 3".
std::string expectation(const Measurement& measurement);

}  // namespace plumb::claims
