// HDF5 files in the 1.8 format, which netCDF-4, MATLAB and the rest read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

#include "core/error.hpp"
#include "h5/group.hpp"

namespace plumb::h5 {

/// The file is readable and whole enough to tell that it is something else.
class NotHdf5 : public core::IoError {
 public:
  using core::IoError::IoError;
};

/// A shared lock (flock) on a file, which readers such as h5py hold together with it; nothing where
/// the file system knows no locks, or HDF5_USE_FILE_LOCKING=FALSE asks for none.
class SharedLock {
 public:
  SharedLock() = default;
  /// Does not wait. Throws core::IoError when another process holds an exclusive lock, and names
  /// the remedy.
  explicit SharedLock(const std::string& file);
  SharedLock(SharedLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  SharedLock& operator=(SharedLock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  SharedLock(const SharedLock&) = delete;
  SharedLock& operator=(const SharedLock&) = delete;
  ~SharedLock();

 private:
  int descriptor_ = -1;
};

/// Every function throws core::IoError "FILE: CALL: reason" when HDF5 fails. One thread at a time
/// may use this room.
class File {
 public:
  /// A new file; it is an error when one is there already. Its groups and datasets end with it.
  /// While it is open others may read it, and nobody who asks for a lock may write it.
  [[nodiscard]] static File create(const std::filesystem::path& path);
  /// A new file that is never on a disk, to learn how large it would be; `name` is for messages.
  [[nodiscard]] static File create_in_memory(const std::string& name);
  /// An existing file, for reading. Says in plain words when it is missing, not HDF5 (NotHdf5), cut
  /// short or locked by another process. File systems without locks are no reason to fail. Its
  /// groups and datasets may outlive it.
  [[nodiscard]] static File open(const std::filesystem::path& path);

  [[nodiscard]] Group root() const;
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

  /// Hands everything to the operating system.
  void flush() const;
  /// Bytes, after a flush(). Of a file in memory within a kilobyte.
  [[nodiscard]] std::uint64_t bytes() const;
  /// The last write. Close every group and dataset first.
  void close();

 private:
  /// prepare(access) may change how the file is accessed.
  template <class Prepare>
  static File create_file(const std::string& name, const Prepare& prepare);

  File(Handle handle, std::string path, SharedLock lock)
      : lock_(std::move(lock)), handle_(std::move(handle)), path_(std::move(path)) {}
  SharedLock lock_;  // outlives the handle
  Handle handle_;
  std::string path_;
};

/// Version of the HDF5 library in use, "1.10.8".
std::string library_version();

}  // namespace plumb::h5
