// `plumbline compare`: runs side by side.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "report/run_table.hpp"

namespace plumb::report {

struct TextOptions {
  std::size_t width = 80;            // of the terminal
  bool colour = false;               // of the terminal, too
  std::vector<std::string> columns;  // none: those that tell the runs apart, and the figures
};

/// An aligned table for people. Settings that all runs share stand once above it; each that
/// differs is a column. Where there is no room for all columns the least important are left out,
/// and a line below says which; no row is ever wider than the terminal, unless `columns` asks for
/// more than fits. Throws core::UsageError for a column that is not there.
std::string compare_text(const RunTable& table, const TextOptions& options);

/// RFC 4180 with a header line: every column (or those asked for), numbers with all their digits,
/// nothing where nothing was recorded. Of grouped runs also how many they are, and
/// NAME_deviation beside every mean.
std::string compare_csv(const RunTable& table, const std::vector<std::string>& columns);

/// {"runs": [{...}, ...]} with the names of the CSV; null where nothing was recorded.
std::string compare_json(const RunTable& table, const std::vector<std::string>& columns);

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

/// Broken at blanks, so that no line is longer than `width` where it has a blank; lines after the
/// first begin with `indent` blanks.
std::string wrapped(const std::string& text, std::size_t width, std::size_t indent = 0);

}  // namespace plumb::report
