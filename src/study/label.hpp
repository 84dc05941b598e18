// A run's name within its study.
#pragma once

#include <string>
#include <vector>

#include "study/sweep.hpp"

namespace plumb::study {

inline constexpr std::size_t kLongestLabel = 100;

/// activation-init-DEPTHxWIDTH, with the family in front unless it is mlp, and one part per other
/// key that varies: "leaky_relu-he-30x128", "tanh-scaled-30x128-weight_variance1.3-seed2",
/// "rnn-tanh-orthogonal-50x64". Letters, digits, ".", "_" and "-" only, at most kLongestLabel of
/// them; a longer one is cut.
std::string make_label(const RunSettings& run, const std::vector<Sweep>& sweeps);

/// Appends "-runINDEX" to labels that another run of the study already has.
void make_labels_unique(std::vector<RunSettings>& runs);

}  // namespace plumb::study
