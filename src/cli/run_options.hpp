// What the user asked `plumbline run` to do.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace plumb::cli {

struct RunOptions {
  std::string study_file;
  std::string output;  // empty: results/<study.name>
  std::vector<std::string> overrides;
  std::optional<std::size_t> index;
  std::optional<std::size_t> threads;
  std::string data_folder;  // empty: PLUMBLINE_DATA_DIR, else data
  bool dry_run = false;
  bool quiet = false;
  bool force = false;
  std::vector<std::string> command_line;
};

}  // namespace plumb::cli
