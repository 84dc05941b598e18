#include "study/study.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "core/error.hpp"
#include "study/expansion.hpp"
#include "study/key.hpp"
#include "study/name.hpp"
#include "study/rules.hpp"
#include "study/suggest.hpp"
#include "study/sweep.hpp"
#include "study/toml_reader.hpp"

namespace plumb::study {

namespace {

using WrittenKeys = std::map<std::string, WrittenKey>;

bool is_table_name(const std::string& name) {
  for (const std::string& table : table_names()) {
    if (table == name) return true;
  }
  return false;
}

void refuse_unknown(const WrittenKey& key) {
  if (key.table.empty() && is_table_name(key.name)) {
    throw core::UsageError(fmt::format("{}: {} must be a table; allowed: [{}] with its keys below",
                                       key.where, key.name, key.name));
  }
  if (find_key(key.full_name()) == nullptr) {
    throw core::UsageError(unknown_key(key.full_name(), key.where));
  }
}

WrittenKeys known_keys(const std::vector<WrittenTable>& tables) {
  WrittenKeys keys;
  for (const WrittenTable& table : tables) {
    if (!table.name.empty() && !is_table_name(table.name)) {
      throw core::UsageError(unknown_table(table.name, table.where));
    }
    for (const WrittenKey& key : table.keys) {
      refuse_unknown(key);
      keys.emplace(key.full_name(), key);
    }
  }
  return keys;
}

/// By key; of several for one key the last one counts, as with any option.
WrittenKeys parse_overrides(const std::vector<std::string>& overrides) {
  WrittenKeys keys;
  for (const std::string& argument : overrides) {
    WrittenKey key = parse_override(argument);
    keys.insert_or_assign(key.full_name(), std::move(key));
  }
  return keys;
}

/// Every key of the table, in its order: overridden, as in the file, or default.
std::vector<Sweep> all_sweeps(const WrittenKeys& file, const WrittenKeys& overrides) {
  std::vector<Sweep> sweeps;
  for (const Key& key : key_table()) {
    const auto from_file = file.find(key.name);
    const auto from_override = overrides.find(key.name);
    if (from_override != overrides.end()) {
      sweeps.push_back(checked_sweep(key, from_override->second));
      sweeps.back().overridden = true;
    } else if (from_file != file.end()) {
      sweeps.push_back(checked_sweep(key, from_file->second));
    } else {
      sweeps.push_back(default_sweep(key));
    }
  }
  return sweeps;
}

/// The file's name without folder and extension, made a valid study.name.
std::string name_from(const std::string& file_name) {
  const std::string name = to_name(std::filesystem::path(file_name).stem().string());
  return name.empty() ? "study" : name;
}

std::map<std::string, std::string> places_of(const std::vector<Sweep>& sweeps) {
  std::map<std::string, std::string> places;
  for (const Sweep& sweep : sweeps) {
    if (sweep.is_given()) places.emplace(sweep.key->name, sweep.where);
  }
  return places;
}

std::string with_overrides(const std::string& text, const std::vector<std::string>& overrides) {
  std::string all = text;
  if (!overrides.empty() && !all.empty() && all.back() != '\n') all += '\n';
  for (const std::string& argument : overrides) {
    all += fmt::format("# --set {}\n", printable(argument, argument.size()));
  }
  return all;
}

}  // namespace

std::string Study::where(const std::string& key) const {
  if (find_key(key) == nullptr) throw std::logic_error("no such key: " + key);
  const auto place = places.find(key);
  return place == places.end() ? file + ": the default" : place->second;
}

Study parse_study(const std::string& text, const std::string& file_name,
                  const std::vector<std::string>& overrides) {
  const WrittenKeys file = known_keys(read_toml(text, file_name));
  std::vector<Sweep> sweeps = all_sweeps(file, parse_overrides(overrides));
  drop_ineffective_lines(sweeps);
  check_run_count(sweeps);
  check_rules(sweeps);

  Study study{name_from(file_name), with_overrides(text, overrides),
              expand(sweeps),       file_name,
              places_of(sweeps),    hints(sweeps)};
  if (sweep_of(sweeps, "study.name").is_given()) study.name = study.runs.front().study_name;
  for (RunSettings& run : study.runs) run.study_name = study.name;
  return study;
}

std::string settings_json(const RunSettings& run) {
  nlohmann::ordered_json settings = nlohmann::ordered_json::object();
  for (const Key& key : key_table()) {
    std::visit([&](const auto& value) { settings[key.name] = value; }, key.get(run));
  }
  return settings.dump();
}

}  // namespace plumb::study
