#include "report/text_table.hpp"

#include <algorithm>

namespace plumb::report {
namespace {

std::size_t width_of(const TextColumn& column) {
  std::size_t width = std::max(display_width(column.title), display_width(column.unit));
  for (const auto& cell : column.cells) width = std::max(width, display_width(cell));
  return width;
}

std::string padded(const std::string& text, std::size_t width, bool left) {
  const std::string space(width - std::min(width, display_width(text)), ' ');
  return left ? text + space : space + text;
}

template <class Cell>
std::string line(const std::vector<TextColumn>& columns, Cell cell) {
  std::string text;
  for (const TextColumn& column : columns) {
    if (!text.empty()) text += "  ";
    text += padded(cell(column), width_of(column), column.left);
  }
  text.erase(text.find_last_not_of(' ') + 1);
  return text + "\n";
}

}  // namespace

std::size_t display_width(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

std::string render(const std::vector<TextColumn>& columns) {
  if (columns.empty()) return "";
  std::string text = line(columns, [](const TextColumn& c) { return c.title; });
  const std::string units = line(columns, [](const TextColumn& c) { return c.unit; });
  if (units != "\n") text += units;
  text += line(columns, [](const TextColumn& c) { return std::string(width_of(c), '-'); });
  for (std::size_t row = 0; row < columns.front().cells.size(); ++row) {
    text += line(columns, [row](const TextColumn& c) { return c.cells[row]; });
  }
  return text;
}

}  // namespace plumb::report
