// From what every key holds in a study to the list of its runs, each with a name of its own.
#pragma once

#include <string>
#include <vector>

#include "study/study.hpp"
#include "study/sweep.hpp"

namespace plumb::study {

/// Throws core::UsageError for a product of more than 100,000 runs.
void check_run_count(const std::vector<Sweep>& sweeps);

/// What one value makes of another: widths given one by one say the depth where nobody did, the
/// depth is the length of sequences, and the loss of numbers
/// to be predicted is the squared error where nobody said otherwise.
void resolve(RunSettings& run, const std::vector<Sweep>& sweeps);

inline constexpr std::size_t kLongestLabel = 100;

/// activation-init-DEPTHxWIDTH, with the family in front unless it is mlp, and one part per other
/// key that varies: "leaky_relu-he-30x128", "tanh-scaled-30x128-weight_variance1.3-seed2",
/// "rnn-tanh-orthogonal-50x64", "sigmoid-glorot-3x512-256-128". Letters, digits, ".", "_" and "-"
/// only, at most kLongestLabel of them; a longer one is cut.
std::string make_label(const RunSettings& run, const std::vector<Sweep>& sweeps);

/// Appends "-runINDEX" to labels that another run of the study already has.
void make_labels_unique(std::vector<RunSettings>& runs);

/// "WHERE: ..." for each list that is a sweep and likely to be meant otherwise: as many widths as
/// there are layers.
std::vector<std::string> hints(const std::vector<Sweep>& sweeps);

/// The Cartesian product, the last key varying fastest. `sweeps` holds every key once, in the order
/// of key_table().
std::vector<RunSettings> expand(const std::vector<Sweep>& sweeps);

}  // namespace plumb::study
