#include "claims/run_claims.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

#include "core/clock.hpp"
#include "core/error.hpp"
#include "record/part_file.hpp"

namespace plumb::claims {
namespace {

Report run_claim(const Claim& claim, const RunContext& context) {
  const core::Stopwatch stopwatch;
  ExperimentRunner runner(context, claim.id);
  Report report;
  report.id = claim.id;
  report.text = claim.text;
  report.source = claim.source;
  report.findings = claim.run(runner);
  report.histories = runner.histories();
  report.failed_checks = runner.failed_checks();
  report.findings.measurements.push_back(exactly("checks of its own runs that failed",
                                                 static_cast<double>(report.failed_checks.size()),
                                                 0, "every run verifies itself"));
  report.verdict = verdict_of(report.findings);
  report.seconds = stopwatch.elapsed();
  return report;
}

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* kSchema = "plumbline.claims/1";

// nlohmann::json writes what is not finite as null.
Json to_json(const Measurement& m) {
  return {{"name", m.name}, {"measured", m.measured}, {"expected", m.expected}, {"low", m.low},
          {"high", m.high}, {"agrees", m.agrees()},   {"basis", m.basis}};
}

Json to_json(const Report& report) {
  Json json = {{"id", report.id},         {"claim", report.text},
               {"source", report.source}, {"verdict", to_string(report.verdict)},
               {"condition", nullptr},    {"seconds", report.seconds}};
  if (report.verdict == Verdict::HoldsOnlyIf) json["condition"] = report.findings.condition;
  json["measurements"] = Json::array();
  for (const Measurement& m : report.findings.measurements) {
    json["measurements"].push_back(to_json(m));
  }
  json["trials"] = Json::array();
  for (const Trial& trial : report.findings.trials) {
    json["trials"].push_back(Json{{"setting", trial.setting}, {"holds", trial.holds}});
  }
  json["failed_checks"] = report.failed_checks;
  json["histories"] = report.histories;
  return json;
}

/// "sigmoid_derivative/0000-label.h5" and nothing else: one folder down.
bool is_history_name(const fs::path& path) {
  const auto parts = std::distance(path.begin(), path.end());
  return parts == 2 && path.is_relative() && *path.begin() != ".." && *path.begin() != "." &&
         path.extension() == ".h5";
}

}  // namespace

std::string Report::conclusion() const {
  const std::string name = to_string(verdict);
  return verdict == Verdict::HoldsOnlyIf ? name + " " + findings.condition : name;
}

std::vector<Report> run_claims(const std::vector<Claim>& claims, const RunContext& context,
                               const Announcer& announcer) {
  std::vector<Report> reports;
  for (std::size_t place = 0; place < claims.size(); ++place) {
    announcer.starts(place, claims[place]);
    reports.push_back(run_claim(claims[place], context));
    announcer.ends(place, reports.back());
  }
  return reports;
}

int exit_code(const std::vector<Report>& reports) {
  const bool all = std::none_of(reports.begin(), reports.end(), [](const Report& report) {
    return report.verdict == Verdict::NotReproduced;
  });
  return static_cast<int>(all ? core::ExitCode::Done : core::ExitCode::VerificationFailed);
}

std::string claims_json(const std::vector<Report>& reports, const std::string& provenance_json) {
  Json json;
  json["schema"] = kSchema;
  json["provenance"] = Json::parse(provenance_json);
  json["claims"] = Json::array();
  for (const Report& report : reports) json["claims"].push_back(to_json(report));
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::vector<fs::path> histories_of(const fs::path& file) {
  const Json json = Json::parse(record::read_text_file(file), nullptr, false);
  if (!json.is_object() || json.value("schema", Json()) != kSchema || !json.contains("claims") ||
      !json["claims"].is_array()) {
    throw core::IoError(fmt::format("{}: not a {} file; allowed: a folder without one of that name",
                                    file.string(), kSchema));
  }
  std::vector<fs::path> histories;
  for (const Json& claim : json["claims"]) {
    for (const Json& name : claim.value("histories", Json::array())) {
      const fs::path history = name.is_string() ? name.get<std::string>() : "";
      if (is_history_name(history)) histories.push_back(history);
    }
  }
  return histories;
}

}  // namespace plumb::claims
