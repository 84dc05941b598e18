// The protocol of a result file's name: PATH.part while it is written, PATH when it is whole. Small
// text files are either the old or the new one, never half of one.
#pragma once

#include <filesystem>
#include <string>

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

/// Writes `text` under a temporary name in the same folder, brings it to the disk and renames it
/// over `path`. Throws core::IoError that names `path`; the old file is then untouched.
void replace_text_file(const std::filesystem::path& path, const std::string& text);

/// Throws core::IoError "FILE: reason".
std::string read_text_file(const std::filesystem::path& path);

/// While it lives, no other process holds the lock of the same folder. The empty file
/// `.result.lock` stays behind: removing it would let two waiters lock two different files.
class FolderLock {
 public:
  /// Waits for its turn. On file systems without locks it does not wait. Throws core::IoError.
  explicit FolderLock(const std::filesystem::path& folder);
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  ~FolderLock();

 private:
  int descriptor_;
};

}  // namespace plumb::record
