#include "cli/claims_table.hpp"

#include <fmt/format.h>

#include "report/text_table.hpp"

namespace plumb::cli {
namespace {

using claims::Measurement;
using claims::Report;

std::string verdict_cell(const Report& report, std::size_t row) {
  // A measurement that does not agree is what is to be found in a long table.
  if (!report.findings.measurements[row].agrees()) return "DOES NOT AGREE";
  return row == 0 ? claims::to_string(report.verdict) : "";
}

}  // namespace

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
