// "Did you mean": the known word that is nearest to a misspelt one.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::study {

/// Fewest insertions, deletions, substitutions and swaps of neighbours between two words
/// (optimal string alignment distance).
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The nearest of `known`, or "" when none is near enough to be meant: at most a third of the
/// letters wrong, or one word of four letters or more that begins the other.
std::string nearest(std::string_view word, const std::vector<std::string>& known);

}  // namespace plumb::study
