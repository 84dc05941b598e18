#include "data/find_file.hpp"

#include <fmt/format.h>

#include <system_error>

#include "core/error.hpp"

namespace plumb::data {
namespace {

namespace fs = std::filesystem;

/// Whether files lie there whose names begin so, as FOLDER/emnist-letters stands for
/// FOLDER/emnist-letters-train-images-idx3-ubyte and its like.
bool begins_names(const fs::path& path) {
  const std::string start = path.filename().string() + "-";
  std::error_code error;
  for (fs::directory_iterator entry(path.parent_path(), error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().filename().string().starts_with(start)) return true;
  }
  return false;
}

bool is_there(const fs::path& path) {
  std::error_code unreadable;  // opening it will say why
  return fs::exists(path, unreadable) || unreadable || begins_names(path);
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
