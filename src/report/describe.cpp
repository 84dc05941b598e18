#include "report/describe.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "record/history_reader.hpp"
#include "report/text_table.hpp"

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
  return text;
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
