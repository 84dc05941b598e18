// What a key may hold, and the check of a written value against it.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <variant>
#include <vector>

#include "study/value.hpp"

namespace plumb::study {

struct IntegerRange {
  std::int64_t low = 0;
  std::int64_t high = std::numeric_limits<std::int64_t>::max();  // no limit
  bool odd = false;                                              // odd integers only
};

/// Up to `high` and including it.
struct RealRange {
  enum class Low { Included, Excluded };
  double low = 0;
  Low low_end = Low::Included;
  double high = 0;
};

struct Choice {
  std::vector<std::string> names;
};

/// true or false.
struct Flag {};

/// A number, or one word in its place.
struct NumberOrWord {
  RealRange range;
  std::string word;
};

/// Letters, digits, - and _.
struct Identifier {};

/// Any text: a path.
struct Text {};

/// A list of numbers of steps; the list is the value, so it is never swept.
struct StepNumbers {};

using Domain = std::variant<IntegerRange, RealRange, Flag, Choice, NumberOrWord, Identifier, Text,
                            StepNumbers>;

/// "an integer from 1 to 10000", "a finite number > 0", "true or false", "one of tree, mpi".
std::string allowed_values(const Domain& domain);

/// The value in its domain's own form. An integer is taken where a number is expected, never the
/// reverse. Throws core::UsageError, which names the key, for a wrong type and for a value out of
/// range.
Value check_value(const std::string& key, const Domain& domain, const Written& written);

}  // namespace plumb::study
