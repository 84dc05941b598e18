// The answer of plumbline theory, as text and as JSON.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "theory/gaussian_moments.hpp"

namespace plumb::cli {

/// A fully connected network; values already checked.
struct TheoryQuery {
  theory::ActivationFunction function;
  double weight_variance = 1;
  double bias_variance = 0;
  std::optional<std::size_t> depth;  // hidden layers; there is one when residual
  std::optional<std::size_t> width;
  bool residual = false;
};

/// One aligned table, and what each number means.
std::string theory_text(const TheoryQuery& query);

/// One object, the same keys for every query; null for what was not asked for, is infinite or does
/// not exist.
std::string theory_json(const TheoryQuery& query);

}  // namespace plumb::cli
