#include "report/compare_table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>
#include <sstream>

namespace plumb::report {
namespace {

constexpr std::size_t kLongestText = 40;  // of a cell in a table for people

std::string without_last_point(std::string text) {
  if (text.ends_with('.')) text.pop_back();
  return text;
}

// Digits that say as much in every row: 0.2100 keeps its zeros.
std::string number_text(Digits digits, double value) {
  switch (digits) {
    case Digits::Plain:
      return fmt::format("{}", value);
    case Digits::Scientific:
      return fmt::format("{:.2e}", value);
    case Digits::Three:
      return without_last_point(fmt::format("{:#.3g}", value));
    case Digits::Four:
      return without_last_point(fmt::format("{:#.4g}", value));
    case Digits::Fixed:
      return fmt::format("{:.3f}", value);
    case Digits::Whole:
      return fmt::format("{:.0f}", value);
  }
  return "";
}

std::string plain(const Value& value) {
  if (is_nothing(value)) return "-";
  if (const auto* text = std::get_if<std::string>(&value)) return text->empty() ? "-" : *text;
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return fmt::to_string(*whole);
  return fmt::format("{}", std::get<double>(value));
}

std::string cell_text(const Column& column, const Cell& cell) {
  const auto* real = std::get_if<double>(&cell.value);
  if (real == nullptr || std::isnan(*real)) return plain(cell.value);
  std::string text = number_text(column.digits, *real);
  if (!std::isnan(cell.deviation)) text += fmt::format(" +- {:#.2g}", cell.deviation);
  return text;
}

// The end of a long text tells more: of a path, or a label.
std::string shortened(const std::string& text) {
  const std::size_t width = display_width(text);
  if (width <= kLongestText) return text;
  std::size_t from = text.size();
  for (std::size_t left = kLongestText - 2; left > 0; --left) {
    do --from;
    while ((static_cast<unsigned char>(text[from]) & 0xC0) == 0x80);
  }
  return ".." + text.substr(from);
}

constexpr const char* kShared[] = {
    "status",       "network.family", "network.depth", "network.width",       "network.activation",
    "network.init", "data.source",    "train.batch",   "train.learning_rate", "train.steps"};

// "All runs: depth 2, width 3, ...", or nothing.
std::string shared_settings(const RunTable& table, std::size_t width) {
  std::string text;
  for (const char* name : kShared) {
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
      const Column& column = table.columns[c];
      if (column.name != name || column.differs) continue;
      text += fmt::format("{}{} {}", text.empty() ? "All runs: " : ", ", column.title,
                          plain(table.rows.front().cells[c].value));
    }
  }
  return text.empty() ? text : wrapped(text, width, 10) + "\n";
}

struct Chosen {
  std::vector<std::size_t> shown;
  std::vector<std::size_t> left_out;
};

TextColumn text_column(const RunTable& table, std::size_t c) {
  const Column& column = table.columns[c];
  const bool words = std::all_of(table.rows.begin(), table.rows.end(), [&](const Row& row) {
    return std::holds_alternative<std::string>(row.cells[c].value);
  });
  TextColumn text{column.title, column.unit, words, {}};
  for (const Row& row : table.rows)
    text.cells.push_back(shortened(cell_text(column, row.cells[c])));
  return text;
}

TextColumn runs_column(const RunTable& table) {
  TextColumn text{"runs", "", false, {}};
  for (const Row& row : table.rows) text.cells.push_back(fmt::to_string(row.runs));
  return text;
}

std::size_t width_of(const TextColumn& column) {
  std::size_t width = std::max(display_width(column.title), display_width(column.unit));
  for (const auto& cell : column.cells) width = std::max(width, display_width(cell));
  return width;
}

std::vector<std::size_t> asked_for(const RunTable& table, const std::vector<std::string>& names) {
  std::vector<std::size_t> columns;
  for (const std::string& name : names) columns.push_back(column_index(table, name));
  return columns;
}

bool is_shown(const Column& column) {
  return column.show == Show::Always || (column.show == Show::IfDiffers && column.differs);
}

// Settings stand before the figures: in the order of the table they would come last.
std::vector<std::size_t> candidates(const RunTable& table) {
  std::vector<std::size_t> before;
  std::vector<std::size_t> settings;
  std::vector<std::size_t> after;
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    const Column& column = table.columns[c];
    if (!is_shown(column) || column.name == "status") continue;
    const bool names = column.name == "index" || column.name == "label";
    (names ? before : column.is_setting ? settings : after).push_back(c);
  }
  before.insert(before.end(), settings.begin(), settings.end());
  before.insert(before.end(), after.begin(), after.end());
  before.push_back(column_index(table, "status"));
  return before;
}

Chosen fit(const RunTable& table, std::vector<std::size_t> columns, std::size_t room) {
  Chosen chosen;
  const auto width = [&](std::size_t c) { return width_of(text_column(table, c)) + 2; };
  std::size_t total = table.grouped ? 6 : 0;  // "runs"
  for (const std::size_t c : columns) total += width(c);
  while (total > room + 2 && columns.size() > 1) {
    const auto least =
        std::min_element(columns.begin(), columns.end(), [&](std::size_t a, std::size_t b) {
          return table.columns[a].importance < table.columns[b].importance;
        });
    total -= width(*least);
    chosen.left_out.push_back(*least);
    columns.erase(least);
  }
  chosen.shown = std::move(columns);
  return chosen;
}

std::string hint(const RunTable& table, std::vector<std::size_t> left_out, std::size_t width) {
  if (left_out.empty()) return "";
  std::sort(left_out.begin(), left_out.end());
  std::vector<std::string> names;
  for (const std::size_t c : left_out) names.push_back(table.columns[c].name);
  return wrapped(fmt::format("Left out, as {} columns have no room for them: {}. A wider terminal "
                             "(or COLUMNS=200) shows them, --columns picks some, --csv and --json "
                             "have everything.",
                             width, fmt::join(names, ", ")),
                 width);
}

std::string legend(const RunTable& table, const std::vector<std::size_t>& shown,
                   std::size_t width) {
  std::string text;
  for (const std::size_t c : shown) {
    if (!table.columns[c].legend.empty()) text += wrapped(table.columns[c].legend + ".", width, 2);
  }
  if (table.grouped)
    text += wrapped("a +- b: mean and sample standard deviation over runs.", width, 2);
  return text.empty() ? text : "\n" + text;
}

// Headings bold, runs that did not end well in a colour of their own.
std::string coloured(const std::string& text) {
  std::string result;
  bool heading = true;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    const std::string line = text.substr(start, end - start);
    const char* colour = heading                                        ? "1"
                         : line.find("diverged") != std::string::npos   ? "31"
                         : line.find("unfinished") != std::string::npos ? "33"
                                                                        : nullptr;
    if (line.find_first_not_of("- ") == std::string::npos) heading = false;
    result += colour == nullptr ? line : fmt::format("\x1b[{}m{}\x1b[0m", colour, line);
    result += "\n";
    start = end + 1;
  }
  return result;
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string csv_value(const Value& value) {
  if (is_nothing(value)) return "";
  if (const auto* text = std::get_if<std::string>(&value)) return csv_field(*text);
  return plain(value);
}

// Columns of a file for programs: all, unless some were asked for.
std::vector<std::size_t> file_columns(const RunTable& table,
                                      const std::vector<std::string>& names) {
  if (!names.empty()) return asked_for(table, names);
  std::vector<std::size_t> all(table.columns.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  return all;
}

bool has_deviation(const RunTable& table, std::size_t c) {
  return table.grouped && table.columns[c].digits != Digits::Plain;
}

using Json = nlohmann::ordered_json;

Json json_value(const Column& column, const Value& value) {
  if (is_nothing(value)) return nullptr;
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return *whole;
  if (const auto* real = std::get_if<double>(&value)) {
    return std::isfinite(*real) ? Json(*real) : Json(nullptr);
  }
  const auto& text = std::get<std::string>(value);
  // Settings that are lists, or true and false.
  const bool is_json =
      column.is_setting && (text == "true" || text == "false" || text.starts_with('['));
  Json parsed = is_json ? Json::parse(text, nullptr, false) : Json();
  return is_json && !parsed.is_discarded() ? parsed : Json(text);
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

std::string compare_text(const RunTable& table, const TextOptions& options) {
  if (table.rows.empty()) return "";
  const bool picked = !options.columns.empty();
  const Chosen chosen = picked ? Chosen{asked_for(table, options.columns), {}}
                               : fit(table, candidates(table), options.width);
  std::vector<TextColumn> columns;
  for (const std::size_t c : chosen.shown) columns.push_back(text_column(table, c));
  if (table.grouped) {
    columns.insert(columns.begin() + (picked ? 0 : 1), runs_column(table));
  }
  const std::string rows = render(columns);
  return (picked ? "" : shared_settings(table, options.width)) +
         (options.colour ? coloured(rows) : rows) + legend(table, chosen.shown, options.width) +
         hint(table, chosen.left_out, options.width);
}

std::string compare_csv(const RunTable& table, const std::vector<std::string>& names) {
  const std::vector<std::size_t> columns = file_columns(table, names);
  std::vector<std::string> fields;
  for (const std::size_t c : columns) {
    fields.push_back(csv_field(table.columns[c].name));
    if (has_deviation(table, c)) fields.push_back(table.columns[c].name + "_deviation");
  }
  if (table.grouped) fields.emplace_back("runs");
  std::string text = fmt::format("{}\r\n", fmt::join(fields, ","));
  for (const Row& row : table.rows) {
    fields.clear();
    for (const std::size_t c : columns) {
      fields.push_back(csv_value(row.cells[c].value));
      if (has_deviation(table, c)) fields.push_back(csv_value(row.cells[c].deviation));
    }
    if (table.grouped) fields.push_back(fmt::to_string(row.runs));
    text += fmt::format("{}\r\n", fmt::join(fields, ","));
  }
  return text;
}

std::string compare_json(const RunTable& table, const std::vector<std::string>& names) {
  Json runs = Json::array();
  for (const Row& row : table.rows) {
    Json run = Json::object();
    for (const std::size_t c : file_columns(table, names)) {
      const Column& column = table.columns[c];
      run[column.name] = json_value(column, row.cells[c].value);
      if (has_deviation(table, c)) {
        run[column.name + "_deviation"] = json_value(column, row.cells[c].deviation);
      }
    }
    if (table.grouped) run["runs"] = row.runs;
    runs.push_back(std::move(run));
  }
  return Json{{"runs", std::move(runs)}}.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string wrapped(const std::string& text, std::size_t width, std::size_t indent) {
  std::string result;
  std::string line;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    const bool fits = display_width(line) + 1 + display_width(word) <= width;
    if (!line.empty() && !fits) {
      result += line + "\n";
      line = std::string(indent, ' ') + word;
    } else {
      line += line.empty() ? word : " " + word;
    }
  }
  return result + line + "\n";
}

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
