#include "report/describe.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "record/history_reader.hpp"
#include "report/compare_table.hpp"

namespace plumb::report {
namespace {

using record::HistoryReader;

struct PlainText {
  std::string operator()(std::monostate) const { return "?"; }
  std::string operator()(std::int64_t value) const { return fmt::to_string(value); }
  std::string operator()(double value) const { return fmt::to_string(value); }
  std::string operator()(const std::string& value) const { return value; }
  std::string operator()(const std::vector<std::string>& values) const {
    return fmt::format("{}", fmt::join(values, ", "));
  }
};

std::string entry(const std::string& name, const std::string& value) {
  return fmt::format("  {:<28} {}\n", name, value);
}

std::string steps_of(const HistoryReader& history, const char* group) {
  if (!history.has(group)) return "none";
  const auto steps = history.steps(group);
  if (steps.empty()) return "none";
  return fmt::format("{}, from {} to {}", steps.size(), steps.front(), steps.back());
}

std::size_t ranks_of(const HistoryReader& history) {
  const auto json = nlohmann::json::parse(history.provenance_json(), nullptr, false);
  const bool listed = json.is_object() && json.contains("ranks") && json["ranks"].is_array();
  return listed ? json["ranks"].size() : 0;
}

// Seconds, over the recorded steps; nothing where the file does not tell.
std::optional<double> median_of_phase(const HistoryReader& history, const std::string& name) {
  if (!history.has("timing/seconds") || !history.has("timing/phase")) return std::nullopt;
  const auto phases = history.root().open_dataset("timing/phase").read_strings();
  const auto phase = std::find(phases.begin(), phases.end(), name);
  const record::Table table = history.table("timing/seconds");
  if (phase == phases.end() || table.rows == 0) return std::nullopt;
  std::vector<double> seconds;
  for (std::size_t row = 0; row < table.rows; ++row) {
    seconds.push_back(table.at(row, static_cast<std::size_t>(phase - phases.begin())));
  }
  const auto middle = seconds.begin() + static_cast<std::ptrdiff_t>(seconds.size() / 2);
  std::nth_element(seconds.begin(), middle, seconds.end());
  return *middle;
}

// Nothing where gradients do not travel: on one rank.
std::string communication(const HistoryReader& history) {
  const auto exposed = median_of_phase(history, "allreduce_exposed");
  if (ranks_of(history) < 2 || !exposed) return "";
  std::string text = fmt::format("{:.3g} ms exposed", 1e3 * *exposed);
  // Files of earlier versions do not tell.
  const auto hidden = median_of_phase(history, "allreduce_hidden");
  if (hidden) text += fmt::format(", {:.3g} ms hidden", 1e3 * *hidden);
  return entry("communication", text + " a step (median)");
}

std::string heading(const HistoryReader& history) {
  std::string text = fmt::format("{}\n", history.path());
  const auto diverged = history.diverged_step();
  text += entry("status",
                history.status() + (diverged < 0 ? "" : fmt::format(" from step {}", diverged)));
  text += entry("recorded steps", steps_of(history, "gradients"));
  text += entry("layers", fmt::format("{}", fmt::join(history.layer_names(), ", ")));
  const auto snapshots = history.snapshot_steps();
  text +=
      entry("snapshots",
            snapshots.empty() ? "none" : fmt::format("of steps {}", fmt::join(snapshots, ", ")));
  text += entry("histograms", steps_of(history, "histograms"));
  return text + communication(history);
}

std::string attribute_section(const char* title,
                              const std::map<std::string, h5::AttributeValue>& attributes) {
  std::string text = fmt::format("\n{}\n", title);
  for (const auto& [name, value] : attributes) text += entry(name, std::visit(PlainText{}, value));
  return text;
}

std::string model(const HistoryReader& history) {
  return attribute_section("Network", history.model_attributes());
}

std::string theory(const HistoryReader& history) {
  if (!history.has("theory")) return "";
  return attribute_section("Mean-field theory", history.theory_attributes());
}

// One line per value; nested objects as "outer.inner".
std::string json_entries(const nlohmann::ordered_json& json, const std::string& prefix) {
  std::string text;
  for (const auto& [key, value] : json.items()) {
    const std::string name = prefix.empty() ? key : fmt::format("{}.{}", prefix, key);
    if (value.is_object() && !value.empty()) {
      text += json_entries(value, name);
    } else {
      text += entry(name, value.is_string() ? value.get<std::string>() : value.dump());
    }
  }
  return text;
}

std::string json_section(const char* title, const std::string& source) {
  const auto json = nlohmann::ordered_json::parse(source, nullptr, false);
  return fmt::format("\n{}\n{}", title,
                     json.is_object() ? json_entries(json, "") : "  not readable\n");
}

std::string text_attribute(const h5::Object& object, const char* name) {
  return std::visit(PlainText{}, object.attribute(name));
}

struct Listing {
  TextColumn name{"dataset", "", true, {}};
  TextColumn type{"type", "", true, {}};
  TextColumn shape{"shape", "", true, {}};
  TextColumn unit{"unit", "", true, {}};
  TextColumn meaning{"meaning", "", true, {}};

  void add(const h5::Dataset& dataset) {
    const auto dims = dataset.dims();
    name.cells.push_back(dataset.path());
    type.cells.emplace_back(h5::to_string(dataset.type()));
    shape.cells.push_back(dims.empty() ? "scalar" : fmt::format("{}", fmt::join(dims, " x ")));
    unit.cells.push_back(text_attribute(dataset, "units"));
    meaning.cells.push_back(text_attribute(dataset, "long_name"));
  }

  void walk(const h5::Group& group) {
    for (const auto& member : group.dataset_names()) add(group.open_dataset(member));
    for (const auto& member : group.group_names()) walk(group.open_group(member));
  }
};

}  // namespace

std::string describe_history(const std::filesystem::path& file) {
  const HistoryReader history(file);
  Listing listing;
  listing.walk(history.root());
  return heading(history) + model(history) + theory(history) +
         json_section("Settings", history.resolved_json()) +
         json_section("Provenance", history.provenance_json()) + "\n" +
         render({listing.name, listing.type, listing.shape, listing.unit, listing.meaning});
}

}  // namespace plumb::report
