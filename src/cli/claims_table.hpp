// Claims, their measurements and their verdicts, for people to read.
#pragma once

#include <string>
#include <vector>

#include "claims/run_claims.hpp"

namespace plumb::cli {

/// One row per measurement; the first of a claim names it, and has its verdict.
std::string claims_table(const std::vector<claims::Report>& reports);

/// The claim as the article says it, and its verdict with the condition: two lines per claim.
std::string claims_in_words(const std::vector<claims::Report>& reports);

}  // namespace plumb::cli
