// plumbline info: what a result file holds, and its provenance.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "core/error.hpp"
#include "report/describe.hpp"

namespace plumb::cli {
namespace {

struct InfoOptions {
  std::vector<std::string> files;
  bool all = false;
};

/// Files that cannot be read are named at the end of what can; the last is the command's error.
int describe_all(const InfoOptions& options) {
  std::vector<std::string> failures;
  bool first = true;
  for (const std::string& file : options.files) {
    try {
      const std::string text = report::describe_history(file, options.all);
      if (!is_first_process()) continue;
      fmt::print("{}{}", first ? "" : "\n", text);
      first = false;
    } catch (const core::IoError& error) {
      failures.emplace_back(error.what());
    }
  }
  if (failures.empty()) return 0;
  for (std::size_t i = 0; i + 1 < failures.size() && is_first_process(); ++i) {
    print_error(failures[i]);
  }
  throw core::IoError(failures.back());
}

Action add_options(CLI::App& app, const std::vector<std::string>& /*command_line*/) {
  auto options = std::make_shared<InfoOptions>();
  app.add_option("FILE", options->files, "history files, finished or not")->required();
  app.add_flag("--all", options->all,
               "also layers, theory, every setting, provenance and every dataset");
  return [options] { return describe_all(*options); };
}

}  // namespace

extern const Command kInfo = {"info", "Say what a result file holds, and its provenance",
                              add_options};

}  // namespace plumb::cli
