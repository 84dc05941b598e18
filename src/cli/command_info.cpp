// plumbline info: what a result file holds, and its provenance.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "cli/commands.hpp"
#include "cli/failure.hpp"
#include "report/describe.hpp"

namespace plumb::cli {

void add_info(CLI::App& app, Action& action) {
  auto file = std::make_shared<std::string>();
  CLI::App* command =
      app.add_subcommand("info", "Say what a result file holds, and its provenance");
  command->add_option("FILE", *file, "history file")->required();
  command->callback([file, &action] {
    action = [file] {
      const std::string text = report::describe_history(*file);
      if (speaks_for_the_job()) fmt::print("{}", text);  // under a launcher one process prints
      return 0;
    };
  });
}

}  // namespace plumb::cli
