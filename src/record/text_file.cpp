#include "record/text_file.hpp"

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
#include "record/part_file.hpp"

namespace plumb::record {
namespace {

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
