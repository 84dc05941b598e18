#include "data/find_file.hpp"

#include <fmt/format.h>

#include <system_error>

#include "core/error.hpp"

namespace plumb::data {
namespace {

namespace fs = std::filesystem;

bool is_there(const fs::path& path) {
  std::error_code unreadable;  // opening it will say why
  return fs::exists(path, unreadable) || unreadable;
}

}  // namespace

std::string find_file(const SearchFolders& folders, const std::string& path) {
  if (path.empty() || fs::path(path).is_absolute()) return path;
  const fs::path in_data = folders.data / path;
  if (!folders.study) return in_data.string();
  const fs::path beside_study = *folders.study / path;
  if (is_there(beside_study)) return beside_study.string();
  if (is_there(in_data)) return in_data.string();
  throw core::IoError(fmt::format(
      "{}: no such file or folder beside the study file ({}) or in the data folder ({}); allowed: "
      "a path that begins there, with --data-dir or PLUMBLINE_DATA_DIR for another data folder, or "
      "an absolute one",
      path, beside_study.string(), in_data.string()));
}

}  // namespace plumb::data
