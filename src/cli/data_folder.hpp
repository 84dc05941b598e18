// Where file data lies.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace plumb::cli {

/// --data-dir, else PLUMBLINE_DATA_DIR, else ./data; an empty string counts as not given.
inline std::filesystem::path data_folder(const std::string& option) {
  if (!option.empty()) return option;
  const char* variable = std::getenv("PLUMBLINE_DATA_DIR");
  return variable != nullptr && *variable != '\0' ? variable : "data";
}

}  // namespace plumb::cli
