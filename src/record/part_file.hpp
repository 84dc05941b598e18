// The protocol of a result file's name: PATH.part while it is written, PATH when it is whole.
#pragma once

#include <filesystem>

namespace plumb::record {

class PartFile {
 public:
  /// Makes the folder and claims the name. Nothing that is there is touched unless `overwrite`:
  /// then an abandoned PATH.part is removed, a finished PATH stays until commit() replaces it.
  /// Throws core::IoError when PATH or PATH.part exists and `overwrite` is false, when another
  /// process is writing PATH.part, or when the folder cannot be made.
  PartFile(std::filesystem::path path, bool overwrite);

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  [[nodiscard]] const std::filesystem::path& part() const noexcept { return part_; }

  /// Brings PATH.part to the disk and renames it. Call it when PATH.part is closed.
  /// Throws core::IoError; PATH.part is then still there.
  void commit() const;

 private:
  std::filesystem::path path_;
  std::filesystem::path part_;
  bool overwrite_;
};

/// Throws core::IoError "FOLDER: cannot be made: reason". No folder at all means the current one.
void ensure_folder(const std::filesystem::path& folder);

/// Brings a file, or a folder's list of names, to the disk. Throws core::IoError.
void sync_to_disk(const std::filesystem::path& path);

}  // namespace plumb::record
