#include "data/idx_files.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"

namespace plumb::data {
namespace {

enum Slot : std::size_t { TrainImages, TrainLabels, TestImages, TestLabels, kSlots };

struct SlotName {
  std::string_view split;  // as we write it
  std::string_view other;  // as some write it
  std::string_view kind;
  std::string_view form;
};
constexpr std::array<SlotName, kSlots> kNames = {{{"train", "train", "images", "idx3-ubyte"},
                                                  {"train", "train", "labels", "idx1-ubyte"},
                                                  {"t10k", "test", "images", "idx3-ubyte"},
                                                  {"t10k", "test", "labels", "idx1-ubyte"}}};

/// A slot's names, the preferred ones first.
std::vector<std::string> endings(const SlotName& slot) {
  std::vector<std::string> names;
  for (const std::string_view split : {slot.split, slot.other}) {
    for (const char* mark : {"-", "."}) {
      for (const char* packed : {"", ".gz"}) {
        names.push_back(fmt::format("{}-{}{}{}{}", split, slot.kind, mark, slot.form, packed));
      }
    }
  }
  return names;
}

struct Found {
  std::size_t rank = 0;  // in endings()
  std::filesystem::path path{};
};
using FileSet = std::array<std::optional<Found>, kSlots>;

struct Folder {
  std::filesystem::path path;
  std::map<std::string, FileSet> sets;  // by what names begin with: "", "emnist-letters-"
  std::vector<std::string> others;      // what else lies there
};

bool is_prefix(std::string_view text) { return text.empty() || text.back() == '-'; }

/// Whether the file is one of a set, and puts it there.
bool take(const std::filesystem::path& file, Folder& folder) {
  const std::string name = file.filename().string();
  for (std::size_t slot = 0; slot < kSlots; ++slot) {
    const std::vector<std::string> names = endings(kNames[slot]);
    for (std::size_t rank = 0; rank < names.size(); ++rank) {
      if (!name.ends_with(names[rank])) continue;
      const std::string prefix = name.substr(0, name.size() - names[rank].size());
      if (!is_prefix(prefix)) continue;
      std::optional<Found>& found = folder.sets[prefix][slot];
      if (!found || rank < found->rank) found = Found{rank, file};
      return true;
    }
  }
  return false;
}

Folder look_into(const std::filesystem::path& path) {
  Folder folder{path, {}, {}};
  std::error_code error;
  for (std::filesystem::directory_iterator entry(path, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;
    const bool is_folder = entry->is_directory(ignored);
    if (!is_folder && take(entry->path(), folder)) continue;
    folder.others.push_back(entry->path().filename().string() + (is_folder ? "/" : ""));
  }
  if (error) {
    throw core::IoError(fmt::format("{}: cannot be read ({}); a readable folder is needed",
                                    path.string(), error.message()));
  }
  std::ranges::sort(folder.others);
  return folder;
}

bool contains(std::string name, std::string_view word) {
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
  return name.find(word) != std::string::npos;
}

/// Names in the folder that may have been meant for the slot: same split and kind, or only the
/// kind, or whatever there is.
std::string near_misses(const Folder& folder, const SlotName& slot) {
  std::vector<std::string> all = folder.others;
  for (const auto& [prefix, set] : folder.sets) {
    for (const auto& found : set) {
      if (found) all.push_back(found->path.filename().string());
    }
  }
  const std::string_view kind = slot.kind.substr(0, slot.kind.size() - 1);
  std::array<std::vector<std::string>, 3> by_likeness;
  for (const std::string& name : all) {
    const bool same_kind = contains(name, kind);
    const bool same_split = contains(name, slot.split) || contains(name, slot.other);
    by_likeness.at(same_kind && same_split ? 0 : same_kind ? 1 : 2).push_back(name);
  }
  for (std::vector<std::string>& names : by_likeness) {
    if (names.empty()) continue;
    std::ranges::sort(names);
    constexpr std::size_t kMost = 3;
    const bool more = names.size() > kMost;
    if (more) names.resize(kMost);
    return fmt::format("{}{}", fmt::join(names, ", "), more ? ", ..." : "");
  }
  return "an empty folder";
}

[[noreturn]] void fail_missing(const Folder& folder, const std::string& prefix, Slot slot) {
  const SlotName& name = kNames[slot];
  const std::string start = fmt::format("{}{}-{}", prefix, name.split, name.kind);
  throw core::IoError(fmt::format("{}: not found; found {}; expected {}-{} or {}.{}, raw or .gz",
                                  (folder.path / (start + "-" + std::string(name.form))).string(),
                                  near_misses(folder, name), start, name.form, start, name.form));
}

IdxPair need_pair(const Folder& folder, const std::string& prefix, const FileSet& set, Slot images,
                  Slot labels) {
  for (const Slot slot : {images, labels}) {
    if (!set[slot]) fail_missing(folder, prefix, slot);
  }
  return {set[images]->path, set[labels]->path};
}

/// A file that was meant for the test split and is named otherwise.
bool has_misnamed_test(const Folder& folder) {
  return std::ranges::any_of(folder.others, [](const std::string& name) {
    return !name.ends_with('/') && contains(name, "t10k") && contains(name, "idx");
  });
}

IdxFiles files_of(const Folder& folder, const std::string& prefix) {
  const auto found = folder.sets.find(prefix);
  const FileSet set = found == folder.sets.end() ? FileSet{} : found->second;
  IdxFiles files{need_pair(folder, prefix, set, TrainImages, TrainLabels), {}};
  if (set[TestImages] || set[TestLabels] || has_misnamed_test(folder)) {
    files.test = need_pair(folder, prefix, set, TestImages, TestLabels);
  }
  return files;
}

/// The data set of a folder whose path does not tell.
std::string only_prefix(const Folder& folder) {
  if (folder.sets.contains("") || folder.sets.empty()) return "";
  if (folder.sets.size() == 1) return folder.sets.begin()->first;
  std::vector<std::string> names;
  for (const auto& [prefix, set] : folder.sets) {
    names.push_back((folder.path / prefix.substr(0, prefix.size() - 1)).string());
  }
  throw core::IoError(fmt::format("{}: holds {} data sets; allowed for data.path: one of {}",
                                  folder.path.string(), names.size(), fmt::join(names, ", ")));
}

}  // namespace

IdxFiles find_idx_files(const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    const Folder folder = look_into(path);
    return files_of(folder, only_prefix(folder));
  }
  const bool is_file = std::filesystem::exists(path, ignored);
  if (!is_file && std::filesystem::is_directory(path.parent_path(), ignored)) {
    const Folder folder = look_into(path.parent_path());
    const std::string prefix = path.filename().string() + "-";
    if (folder.sets.contains(prefix)) return files_of(folder, prefix);
  }
  throw core::IoError(
      fmt::format("{}: {}; data.path must name a folder with train-images-idx3-ubyte and "
                  "train-labels-idx1-ubyte, raw or .gz",
                  path.string(), is_file ? "is a file" : "no such folder"));
}

}  // namespace plumb::data
