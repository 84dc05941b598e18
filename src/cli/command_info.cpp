// plumbline info: what a result file holds, and its provenance.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "report/describe.hpp"

namespace plumb::cli {
namespace {

Action add_options(CLI::App& app, const std::vector<std::string>& /*command_line*/) {
  auto file = std::make_shared<std::string>();
  app.add_option("FILE", *file, "history file")->required();
  return [file] {
    const std::string text = report::describe_history(*file);
    if (is_first_process()) fmt::print("{}", text);
    return 0;
  };
}

}  // namespace

extern const Command kInfo = {"info", "Say what a result file holds, and its provenance",
                              add_options};

}  // namespace plumb::cli
