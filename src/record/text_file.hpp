// Small text files that are either the old or the new one, never half of one.
#pragma once

#include <filesystem>
#include <string>

namespace plumb::record {

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
