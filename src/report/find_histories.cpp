#include "report/find_histories.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"

namespace plumb::report {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> histories_in(const fs::path& folder) {
  std::vector<fs::path> found;
  std::size_t unfinished = 0;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().extension() == ".h5") found.push_back(entry->path());
    if (entry->path().extension() == ".part") ++unfinished;
  }
  if (error) throw core::IoError(fmt::format("{}: {}", folder.string(), error.message()));
  if (found.empty()) {
    throw core::IoError(fmt::format("{}: holds no finished history (*.h5){}", folder.string(),
                                    unfinished > 0 ? ", only unfinished ones (*.h5.part)" : ""));
  }
  return found;
}

std::vector<fs::path> expand(const fs::path& path) {
  if (fs::is_directory(path)) return histories_in(path);
  if (!fs::exists(path)) {
    throw core::IoError(fmt::format(
        "{}: no such file or folder; allowed: a history, a folder of histories or a result.json",
        path.string()));
  }
  if (path.filename() == "result.json") {
    return histories_in(path.has_parent_path() ? path.parent_path() : fs::path("."));
  }
  return {path};
}

}  // namespace

std::vector<fs::path> find_histories(const std::vector<fs::path>& paths) {
  std::vector<fs::path> found;
  for (const fs::path& path : paths) {
    for (fs::path& history : expand(path)) found.push_back(std::move(history));
  }
  // The same file may be named twice, by itself and by its folder.
  std::vector<fs::path> seen;
  std::erase_if(found, [&](const fs::path& path) {
    std::error_code error;
    fs::path resolved = fs::weakly_canonical(path, error);
    if (std::find(seen.begin(), seen.end(), resolved) != seen.end()) return true;
    seen.push_back(std::move(resolved));
    return false;
  });
  return found;
}

}  // namespace plumb::report
