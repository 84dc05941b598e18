#include "record/part_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>

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

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path, int reason) {
  throw core::IoError(fmt::format("{}: {}", path.string(), std::strerror(reason)));
}

// 0, or the errno of the first call that failed.
int write_and_sync(const fs::path& path, const std::string& text) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor < 0) return errno;
  int reason = 0;
  std::size_t done = 0;
  while (reason == 0 && done < text.size()) {
    const ssize_t written = ::write(descriptor, text.data() + done, text.size() - done);
    if (written >= 0) {
      done += static_cast<std::size_t>(written);
    } else if (errno != EINTR) {
      reason = errno;
    }
  }
  if (reason == 0 && ::fsync(descriptor) != 0) reason = errno;
  if (::close(descriptor) != 0 && reason == 0) reason = errno;
  return reason;
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

void replace_text_file(const fs::path& path, const std::string& text) {
  // Not the name that somebody else, on another node and without a working lock, is writing.
  char host[64] = {};
  ::gethostname(host, sizeof host - 1);
  const fs::path temporary =
      path.parent_path() / fmt::format(".{}.{}.{}.tmp", path.filename().string(), host, ::getpid());
  int reason = write_and_sync(temporary, text);
  if (reason == 0 && std::rename(temporary.c_str(), path.c_str()) != 0) reason = errno;
  if (reason != 0) {
    ::unlink(temporary.c_str());
    fail(path, reason);
  }
  sync_to_disk(path.parent_path());
}

std::string read_text_file(const fs::path& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) fail(path, EISDIR);
  std::ifstream stream(path, std::ios::binary);
  if (!stream) fail(path, errno);
  std::string text{std::istreambuf_iterator<char>(stream), {}};
  if (stream.bad()) fail(path, EIO);
  return text;
}

FolderLock::FolderLock(const fs::path& folder) {
  const fs::path path = folder / ".result.lock";
  descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor_ < 0) fail(path, errno);
  while (::flock(descriptor_, LOCK_EX) != 0) {
    if (errno == EINTR) continue;
    if (errno == ENOLCK || errno == ENOSYS || errno == EOPNOTSUPP) return;
    const int reason = errno;
    ::close(descriptor_);
    fail(path, reason);
  }
}

FolderLock::~FolderLock() { ::close(descriptor_); }

}  // namespace plumb::record
