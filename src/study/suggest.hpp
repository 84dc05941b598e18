// "Did you mean": the known word that is nearest to a misspelt one, and messages about names that
// no study file knows.
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

/// "WHERE: unknown key network.dept; did you mean network.depth? allowed in [network]: ...".
/// `name` may lack its table ("depth").
std::string unknown_key(const std::string& name, const std::string& where);

/// "WHERE: unknown table [netwrok]; did you mean [network]? allowed: [study], ...".
std::string unknown_table(const std::string& name, const std::string& where);

}  // namespace plumb::study
