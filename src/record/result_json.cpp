#include "record/result_json.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "core/error.hpp"
#include "record/part_file.hpp"

namespace plumb::record {
namespace {

using Json = nlohmann::ordered_json;  // keys stay in the contract's order

constexpr std::string_view kResultSchema = "plumbline.result/1";

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& what) {
  throw core::IoError(fmt::format("{}: {}; allowed: a result file of schema \"{}\"", file.string(),
                                  what, kResultSchema));
}

Json parse_own(const std::string& text, const char* what) {
  Json value = Json::parse(text, nullptr, false);
  if (!value.is_object()) {
    throw std::invalid_argument(fmt::format("{} is not a JSON object", what));
  }
  return value;
}

// JSON has no word for NaN.
Json number_or_null(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json number_or_null(const std::optional<double>& value) {
  return value ? number_or_null(*value) : Json(nullptr);
}

Json to_json(const RunResult& run) {
  Json checks = Json::array();
  for (const Check& check : run.verification) {
    checks.push_back({{"name", check.name}, {"passed", check.passed}, {"detail", check.detail}});
  }
  Json warnings = Json::array();
  for (const Warning& warning : run.warnings) {
    warnings.push_back({{"name", warning.name}, {"text", warning.text}});
  }
  return {
      {"index", run.index},
      {"label", run.label},
      {"file", run.file},
      {"settings", parse_own(run.settings_json, "settings_json")},
      {"status", run.status},
      {"samples_per_second", number_or_null(run.samples_per_second)},
      {"step_seconds",
       {{"median", number_or_null(run.step_seconds_median)},
        {"p95", number_or_null(run.step_seconds_p95)}}},
      {"final_loss", number_or_null(run.final_loss)},
      {"final_accuracy", number_or_null(run.final_accuracy)},
      {"verification", std::move(checks)},
      {"diverged_step", run.diverged_step ? Json(*run.diverged_step) : Json(nullptr)},
      {"warnings", std::move(warnings)},
  };
}

double number(const Json& value) {
  return value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
}

std::optional<double> optional_number(const Json& value) {
  if (value.is_null()) return std::nullopt;
  return value.get<double>();
}

// What older files do not have.
void read_later_fields(const Json& json, RunResult& run) {
  if (json.contains("diverged_step") && !json["diverged_step"].is_null()) {
    run.diverged_step = json["diverged_step"].get<std::int64_t>();
  }
  for (const Json& warning : json.value("warnings", Json::array())) {
    run.warnings.push_back(
        {warning.at("name").get<std::string>(), warning.at("text").get<std::string>()});
  }
}

RunResult from_json(const Json& json) {
  RunResult run;
  run.index = json.at("index").get<std::int64_t>();
  run.label = json.at("label").get<std::string>();
  run.file = json.at("file").get<std::string>();
  run.settings_json = json.at("settings").dump();
  run.status = json.at("status").get<std::string>();
  run.samples_per_second = number(json.at("samples_per_second"));
  run.step_seconds_median = number(json.at("step_seconds").at("median"));
  run.step_seconds_p95 = number(json.at("step_seconds").at("p95"));
  run.final_loss = optional_number(json.at("final_loss"));
  run.final_accuracy = optional_number(json.at("final_accuracy"));
  for (const Json& check : json.at("verification")) {
    run.verification.push_back({check.at("name").get<std::string>(), check.at("passed").get<bool>(),
                                check.at("detail").get<std::string>()});
  }
  read_later_fields(json, run);
  return run;
}

Json parse_file(const std::filesystem::path& file) {
  const std::string text = read_text_file(file);
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
    const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(error.byte, text.size()));
    throw core::IoError(
        fmt::format("{}:{}: not valid JSON; allowed: a result file of schema \"{}\"", file.string(),
                    1 + std::count(text.begin(), end, '\n'), kResultSchema));
  }
}

// The parsed file, with runs[] that have all their fields.
Json load(const std::filesystem::path& file) {
  Json json = parse_file(file);
  if (!json.is_object() || !json.contains("schema")) refuse(file, "not a Plumbline result");
  if (json["schema"] != kResultSchema) refuse(file, "its schema is " + json["schema"].dump());
  if (!json.contains("runs") || !json["runs"].is_array()) refuse(file, "has no list of runs");
  for (std::size_t i = 0; i < json["runs"].size(); ++i) {
    try {
      static_cast<void>(from_json(json["runs"][i]));
    } catch (const Json::exception&) {
      refuse(file, fmt::format("runs[{}] lacks a field or has one of a wrong type", i));
    }
  }
  return json;
}

// Runs of other indices stay as they are, whatever they hold.
Json merge(const Json& old_runs, const std::vector<RunResult>& runs) {
  std::vector<Json> merged;
  merged.reserve(runs.size() + old_runs.size());
  for (const RunResult& run : runs) merged.push_back(to_json(run));
  for (const Json& old_run : old_runs) {
    const bool replaced = std::any_of(runs.begin(), runs.end(), [&](const RunResult& run) {
      return old_run["index"] == run.index;
    });
    if (!replaced) merged.push_back(old_run);
  }
  std::stable_sort(merged.begin(), merged.end(), [](const Json& a, const Json& b) {
    return a["index"].get<std::int64_t>() < b["index"].get<std::int64_t>();
  });
  return merged;
}

}  // namespace

void write_result_json(const std::filesystem::path& folder, const std::string& provenance_json,
                       const std::vector<RunResult>& runs, OldRuns old_runs) {
  ensure_folder(folder);
  const std::filesystem::path file = folder / "result.json";
  const FolderLock lock(folder);
  const bool keep = old_runs == OldRuns::Keep && std::filesystem::exists(file);
  const Json others = keep ? load(file)["runs"] : Json(Json::array());
  const Json result = {
      {"schema", kResultSchema},
      {"provenance", parse_own(provenance_json, "provenance_json")},
      {"runs", merge(others, runs)},
  };
  // Bytes that are no UTF-8 (a label, an environment variable) become U+FFFD, never an error.
  replace_text_file(file, result.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

std::vector<RunResult> read_result_json(const std::filesystem::path& file) {
  const Json json = load(file);
  std::vector<RunResult> runs;
  for (const Json& run : json["runs"]) runs.push_back(from_json(run));
  return runs;
}

}  // namespace plumb::record
