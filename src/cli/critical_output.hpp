// The answer of plumbline theory --critical, as text and as JSON.
#pragma once

#include <string>
#include <vector>

#include "theory/gaussian_moments.hpp"

namespace plumb::cli {

/// Values already checked.
struct CriticalQuery {
  std::vector<theory::ActivationFunction> functions;
  double bias_variance = 0;
};

/// One row per function and kind of critical point.
std::string critical_text(const CriticalQuery& query);

/// An object with an entry per function; null for what does not exist.
std::string critical_json(const CriticalQuery& query);

}  // namespace plumb::cli
