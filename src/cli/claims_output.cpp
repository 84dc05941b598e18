#include "cli/claims_output.hpp"

#include <fmt/format.h>

#include <set>

#include "claims/run_claims.hpp"
#include "cli/output_folder.hpp"
#include "core/error.hpp"
#include "record/part_file.hpp"
#include "report/compare_table.hpp"

namespace plumb::cli {
namespace {

namespace fs = std::filesystem;
using claims::Report;

[[noreturn]] void refuse(const fs::path& file) {
  throw core::IoError(
      fmt::format("{}: already there; allowed: another folder with -o, or --force to replace it",
                  file.string()));
}

void refuse_histories(const fs::path& folder) {
  std::error_code ignored;  // a folder that is not there holds none
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const fs::path extension = entry.path().extension();
    if (extension == ".h5" || extension == ".part") refuse(entry.path());
  }
}

std::string verdict_cell(const Report& report, std::size_t row) {
  // A measurement that does not agree is what is to be found in a long table.
  if (!report.findings.measurements[row].agrees()) return "DOES NOT AGREE";
  return row == 0 ? claims::to_string(report.verdict) : "";
}

}  // namespace

ClaimsFolder::ClaimsFolder(fs::path folder, const std::vector<claims::Claim>& claims, bool force)
    : folder_(std::move(folder)) {
  const fs::path summary = folder_ / "claims.json";
  if (fs::exists(summary)) {
    if (!force) refuse(summary);
    old_histories_ = claims::histories_of(summary);
  }
  for (const claims::Claim& claim : claims) {
    if (!force) refuse_histories(folder_ / claim.id);
  }
  require_writable(folder_);
}

void ClaimsFolder::write(const std::vector<claims::Report>& reports,
                         const std::string& provenance_json) {
  record::replace_text_file(folder_ / "claims.json", claims::claims_json(reports, provenance_json));
  std::set<fs::path> kept;
  for (const claims::Report& report : reports) {
    kept.insert(report.histories.begin(), report.histories.end());
  }
  for (const fs::path& old : old_histories_) {
    std::error_code ignored;  // it is gone from claims.json already
    if (kept.count(old) == 0) fs::remove(folder_ / old, ignored);
  }
}

std::string claims_table(const std::vector<Report>& reports) {
  report::TextColumn claim{"claim", "", true, {}};
  report::TextColumn name{"measurement", "", true, {}};
  report::TextColumn measured{"measured", "", false, {}};
  report::TextColumn expected{"expected", "", true, {}};
  report::TextColumn verdict{"verdict", "", true, {}};
  for (const Report& report : reports) {
    const auto& measurements = report.findings.measurements;
    for (std::size_t row = 0; row < measurements.size(); ++row) {
      claim.cells.push_back(row == 0 ? report.id : "");
      name.cells.push_back(measurements[row].name);
      measured.cells.push_back(fmt::format("{:.5g}", measurements[row].measured));
      expected.cells.push_back(claims::expectation(measurements[row]));
      verdict.cells.push_back(verdict_cell(report, row));
    }
  }
  return report::render({claim, name, measured, expected, verdict});
}

std::string claims_in_words(const std::vector<Report>& reports) {
  std::string text;
  for (std::size_t i = 0; i < reports.size(); ++i) {
    text += fmt::format("{:2}. {}\n    {}\n", i + 1, reports[i].text, reports[i].conclusion());
  }
  return text;
}

}  // namespace plumb::cli
