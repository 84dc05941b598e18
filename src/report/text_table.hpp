// Aligned columns of text.
#pragma once

#include <string>
#include <vector>

namespace plumb::report {

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
