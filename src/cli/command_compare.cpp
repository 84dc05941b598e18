// plumbline compare: a table over runs, or the exact comparison of two.
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <sstream>
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
  std::string columns;   // separated by commas
  std::string group_by;  // likewise
  std::string best;
  std::string sort;
  bool reverse = false;
  bool csv = false;
  bool json = false;
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

constexpr std::size_t kPlainWidth = 80;
constexpr std::size_t kLeastWidth = 20;

/// COLUMNS, else the terminal's, else 80.
std::size_t terminal_width() {
  if (const char* columns = std::getenv("COLUMNS")) {
    const long width = std::atol(columns);
    if (width > 0) return std::max(static_cast<std::size_t>(width), kLeastWidth);
  }
  winsize size{};
  const bool known = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? std::max<std::size_t>(size.ws_col, kLeastWidth) : kPlainWidth;
}

/// https://no-color.org: any text but none.
bool colour_is_wanted() {
  const char* never = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  return ::isatty(STDOUT_FILENO) == 1 && (never == nullptr || *never == '\0') &&
         (terminal == nullptr || std::string(terminal) != "dumb");
}

std::vector<std::string> names_in(const std::string& list) {
  std::vector<std::string> names;
  std::istringstream parts(list);
  for (std::string name; std::getline(parts, name, ',');) {
    const auto start = name.find_first_not_of(' ');
    if (start == std::string::npos) continue;
    names.push_back(name.substr(start, name.find_last_not_of(' ') + 1 - start));
  }
  return names;
}

std::string table_text(const CompareOptions& options, const report::RunTable& table) {
  const std::vector<std::string> columns = names_in(options.columns);
  if (options.csv) return report::compare_csv(table, columns);
  if (options.json) return report::compare_json(table, columns);
  return report::compare_text(table, {terminal_width(), colour_is_wanted(), columns});
}

int compare_runs(const CompareOptions& options) {
  const report::Summaries all = report::summarise({options.paths.begin(), options.paths.end()});
  report::RunTable table = report::make_table(all.runs);
  if (!options.group_by.empty()) report::group_by(table, names_in(options.group_by));
  if (!options.best.empty()) report::keep_best(table, options.best);
  if (!options.sort.empty()) report::sort_by(table, options.sort, options.reverse);
  const std::string text = table_text(options, table);
  for (const std::string& line : all.left_out) print_warning(line + "; left out");
  fmt::print("{}", text);
  return static_cast<int>(all.left_out.empty() ? core::ExitCode::Done
                                               : core::ExitCode::InputOutput);
}

int compare(const CompareOptions& options) {
  if (!options.exact.empty()) {
    if (!options.paths.empty() || options.csv || options.json || !options.columns.empty() ||
        !options.group_by.empty() || !options.best.empty() || !options.sort.empty()) {
      throw core::UsageError("compare --exact A B: takes two files and nothing else");
    }
    return compare_exactly(options.exact[0], options.exact[1]);
  }
  if (options.paths.empty()) {
    throw core::UsageError(
        "compare: no files; allowed: history files or folders of them, or --exact A B");
  }
  if (options.csv && options.json) {
    throw core::UsageError("compare: --csv and --json; allowed: one of them");
  }
  if (!is_first_process()) return 0;  // under a launcher one process prints
  return compare_runs(options);
}

Action add_options(CLI::App& app, const std::vector<std::string>& /*command_line*/) {
  auto options = std::make_shared<CompareOptions>();
  app.add_option("PATHS", options->paths, "history files, or folders that hold them");
  app.add_flag("--csv", options->csv, "comma-separated, every column, full precision");
  app.add_flag("--json", options->json, "the same as JSON");
  app.add_option("--columns", options->columns,
                 "columns to show, by the names of --csv; learning_rate for train.learning_rate")
      ->type_name("NAME,...");
  app.add_option("--group-by", options->group_by,
                 "one row for runs that differ in KEY alone, such as seed: mean, standard "
                 "deviation and how many")
      ->type_name("KEY,...");
  app.add_option("--best", options->best,
                 "of each network the best run over all other settings: loss, accuracy or a column")
      ->type_name("METRIC");
  app.add_option("--sort", options->sort, "order by a column, smallest first")->type_name("COLUMN");
  app.add_flag("--reverse", options->reverse, "with --sort: largest first");
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
