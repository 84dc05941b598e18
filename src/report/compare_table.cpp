#include "report/compare_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

namespace plumb::report {
namespace {

using Text = std::string RunSummary::*;
using Number = double RunSummary::*;

struct Setting {
  const char* name;
  Text member;
};
constexpr Setting kSettings[] = {{"depth", &RunSummary::depth},
                                 {"width", &RunSummary::width},
                                 {"activation", &RunSummary::activation},
                                 {"init", &RunSummary::init}};

struct Figure {
  const char* csv_name;
  const char* title;
  const char* unit;
  Number member;
  const char* format;
};
constexpr Figure kFigures[] = {
    {"delta_rms_first_layer", "delta_rms", "first", &RunSummary::first_delta_rms, "{:.2e}"},
    {"delta_rms_last_hidden_layer", "delta_rms", "last", &RunSummary::last_hidden_delta_rms,
     "{:.2e}"},
    {"decay_per_layer", "decay", "/layer", &RunSummary::decay_per_layer, "{:.3f}"},
    {"theory_decay_per_layer", "theory", "/layer", &RunSummary::theory_decay_per_layer, "{:.3f}"},
    {"weight_gradient_norm_first_layer_at_start", "|dW1|", "start",
     &RunSummary::first_weight_gradient, "{:.2e}"},
    {"weight_gradient_norm_first_layer_at_end", "|dW1|", "end",
     &RunSummary::first_weight_gradient_at_end, "{:.2e}"},
    {"train_loss", "loss", "train", &RunSummary::train_loss, "{:.4g}"},
    {"test_loss", "loss", "test", &RunSummary::test_loss, "{:.4g}"},
    {"test_accuracy", "acc.", "test", &RunSummary::test_accuracy, "{:.3f}"},
    {"samples_per_second", "speed", "samples/s", &RunSummary::samples_per_second, "{:.0f}"},
};

constexpr const char* kLegend =
    "delta_rms: gradient at the pre-activations of the first and last hidden layer, first recorded"
    " step;\ndecay: its factor per layer (or time step) towards the input; theory: the same as"
    " mean-field theory predicts it;\n|dW1|: weight gradient of the first layer (or"
    " time step), first and last recorded step.\n";

bool is_shared(const std::vector<RunSummary>& runs, Text member) {
  return std::all_of(runs.begin(), runs.end(),
                     [&](const RunSummary& run) { return run.*member == runs.front().*member; });
}

bool labels_show(const std::vector<RunSummary>& runs, Text member) {
  return std::all_of(runs.begin(), runs.end(), [&](const RunSummary& run) {
    return run.label.find(run.*member) != std::string::npos;
  });
}

std::string shared_settings(const std::vector<RunSummary>& runs) {
  std::string text;
  for (const Setting& setting : kSettings) {
    const std::string& value = runs.front().*setting.member;
    if (value.empty() || !is_shared(runs, setting.member)) continue;
    text += fmt::format("{}{} {}", text.empty() ? "All runs: " : ", ", setting.name, value);
  }
  return text.empty() ? text : text + "\n\n";
}

TextColumn text_column(const std::string& title, const std::vector<RunSummary>& runs,
                       const std::function<std::string(const RunSummary&)>& cell, bool left) {
  TextColumn column{title, "", left, {}};
  for (const RunSummary& run : runs) column.cells.push_back(cell(run));
  return column;
}

TextColumn figure_column(const Figure& figure, const std::vector<RunSummary>& runs) {
  TextColumn column{figure.title, figure.unit, false, {}};
  for (const RunSummary& run : runs) {
    const double value = run.*figure.member;
    column.cells.push_back(std::isnan(value) ? "-"
                                             : fmt::format(fmt::runtime(figure.format), value));
  }
  return column;
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string csv_number(double value) { return std::isnan(value) ? "" : fmt::format("{}", value); }

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

std::string compare_text(const std::vector<RunSummary>& runs) {
  if (runs.empty()) return "";
  std::vector<TextColumn> columns;
  columns.push_back(text_column(
      "#", runs, [](const auto& r) { return fmt::to_string(r.index); }, false));
  columns.push_back(text_column(
      "run", runs, [](const auto& r) { return r.label; }, true));
  for (const Setting& setting : kSettings) {
    if (is_shared(runs, setting.member) || labels_show(runs, setting.member)) continue;
    columns.push_back(text_column(
        setting.name, runs, [&](const RunSummary& r) { return r.*setting.member; }, false));
  }
  for (const Figure& figure : kFigures) columns.push_back(figure_column(figure, runs));
  columns.push_back(text_column(
      "status", runs, [](const auto& r) { return r.status; }, true));
  return shared_settings(runs) + render(columns) + "\n" + kLegend;
}

std::string compare_csv(const std::vector<RunSummary>& runs) {
  std::string text = "index,label,status,depth,width,activation,init";
  for (const Figure& figure : kFigures) text += fmt::format(",{}", figure.csv_name);
  text += ",file\r\n";
  for (const RunSummary& run : runs) {
    text += fmt::format("{},{},{}", run.index, csv_field(run.label), csv_field(run.status));
    for (const Setting& setting : kSettings) text += "," + csv_field(run.*setting.member);
    for (const Figure& figure : kFigures) text += "," + csv_number(run.*figure.member);
    text += "," + csv_field(run.file) + "\r\n";
  }
  return text;
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
