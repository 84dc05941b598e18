// plumbline compare: a table over runs, or the exact comparison of two.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "core/error.hpp"
#include "report/compare_table.hpp"
#include "report/exact_compare.hpp"
#include "report/run_summary.hpp"

namespace plumb::cli {
namespace {

struct CompareOptions {
  std::vector<std::string> paths;
  std::vector<std::string> exact;
  bool csv = false;
};

int compare_exactly(const std::string& a, const std::string& b) {
  const auto difference = report::first_difference(a, b);
  if (!is_first_process()) return 0;  // under a launcher one process prints
  if (!difference) {
    fmt::print("equal: {} and {} hold the same bits in everything but timing and provenance\n", a,
               b);
    return 0;
  }
  fmt::print("different: {}\n", *difference);
  return static_cast<int>(core::ExitCode::VerificationFailed);
}

int compare(const CompareOptions& options) {
  if (!options.exact.empty()) {
    if (!options.paths.empty() || options.csv) {
      throw core::UsageError("compare --exact A B: takes two files and nothing else");
    }
    return compare_exactly(options.exact[0], options.exact[1]);
  }
  if (options.paths.empty()) {
    throw core::UsageError(
        "compare: no files; allowed: history files or folders of them, or --exact A B");
  }
  if (!is_first_process()) return 0;  // under a launcher one process prints
  const auto runs = report::summarise({options.paths.begin(), options.paths.end()});
  fmt::print("{}", options.csv ? report::compare_csv(runs) : report::compare_text(runs));
  return 0;
}

Action add_options(CLI::App& app, const std::vector<std::string>& /*command_line*/) {
  auto options = std::make_shared<CompareOptions>();
  app.add_option("PATHS", options->paths, "history files, or folders that hold them");
  app.add_flag("--csv", options->csv, "comma-separated, full precision");
  app.add_option("--exact", options->exact,
                 "exit 0 if histories A and B hold the same bits, else 2 and the first difference")
      ->expected(2)
      ->type_name("A B");
  return [options] { return compare(*options); };
}

}  // namespace

extern const Command kCompare = {"compare", "Table over runs, or exact comparison of two",
                                 add_options};

}  // namespace plumb::cli
