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

struct TextColumn {
  std::string title;
  std::string unit;
  bool left = false;  // else flush right
  std::vector<std::string> cells;
};

/// Title line, unit line (where there is a unit), rule, then the rows; two spaces between columns,
/// none at the end of a line. Every column has as many cells. Widths count characters, not bytes.
std::string render(const std::vector<TextColumn>& columns);

/// Columns of a UTF-8 text on a terminal, combining and double-width characters aside.
std::size_t display_width(const std::string& text);

}  // namespace plumb::report
