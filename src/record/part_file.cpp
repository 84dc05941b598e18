#include "record/part_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "core/error.hpp"

namespace plumb::record {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path, const std::string& what) {
  throw core::IoError(fmt::format("{}: {}", path.string(), what));
}

bool is_there(const fs::path& path) {
  std::error_code error;
  const auto status = fs::symlink_status(path, error);
  if (status.type() == fs::file_type::none) fail(path, error.message());
  return status.type() != fs::file_type::not_found;
}

// HDF5 holds a flock on the file that it writes.
bool another_process_writes(const fs::path& part) {
  const int descriptor = ::open(part.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool locked = ::flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  ::close(descriptor);
  return locked;
}

void claim_part(const fs::path& part, bool overwrite) {
  if (!is_there(part)) return;
  if (another_process_writes(part)) fail(part, "another process is writing this file");
  if (!overwrite) {
    fail(part, "left behind by a run that did not finish; move it away, or use --force to drop it");
  }
  std::error_code error;
  fs::remove(part, error);
  if (error) fail(part, "cannot be removed: " + error.message());
}

// rename() that leaves an existing target alone, atomically where the file system can.
int rename_to_new(const fs::path& from, const fs::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return -1;
  if (is_there(to)) {
    errno = EEXIST;
    return -1;
  }
  return std::rename(from.c_str(), to.c_str());
}

}  // namespace

void ensure_folder(const fs::path& folder) {
  if (folder.empty()) return;
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) fail(folder, "cannot be made: " + error.message());
  if (!fs::is_directory(folder, error)) fail(folder, "cannot be made: Not a directory");
}

void sync_to_disk(const fs::path& path) {
  const fs::path named = path.empty() ? fs::path(".") : path;
  const int descriptor = ::open(named.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) fail(named, std::strerror(errno));
  const bool synced = ::fsync(descriptor) == 0;
  const int reason = errno;
  ::close(descriptor);
  // Some file systems know no fsync for folders (EINVAL); that is not a failed write.
  if (!synced && reason != EINVAL) fail(named, fmt::format("fsync: {}", std::strerror(reason)));
}

PartFile::PartFile(fs::path path, bool overwrite)
    : path_(std::move(path)), part_(path_.string() + ".part"), overwrite_(overwrite) {
  ensure_folder(path_.parent_path());
  if (!overwrite && is_there(path_)) {
    fail(path_, "exists already; choose another folder, or use --force to replace it");
  }
  claim_part(part_, overwrite);
}

void PartFile::commit() const {
  sync_to_disk(part_);
  const int failed =
      overwrite_ ? std::rename(part_.c_str(), path_.c_str()) : rename_to_new(part_, path_);
  if (failed != 0) fail(path_, fmt::format("rename from .part: {}", std::strerror(errno)));
  sync_to_disk(path_.parent_path());
}

}  // namespace plumb::record
