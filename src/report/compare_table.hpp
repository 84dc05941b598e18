// `plumbline compare`: runs side by side.
#pragma once

#include <string>
#include <vector>

#include "report/run_summary.hpp"

namespace plumb::report {

/// An aligned table for people. Settings that all runs share stand once above it, those that the
/// label shows already are left out, numbers have three digits.
std::string compare_text(const std::vector<RunSummary>& runs);

/// RFC 4180 with a header line: every column, numbers with all their digits, nothing where
/// nothing was recorded.
std::string compare_csv(const std::vector<RunSummary>& runs);

}  // namespace plumb::report
