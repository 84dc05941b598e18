#include "h5/file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "h5/check.hpp"

namespace plumb::h5 {
namespace {

const std::string kNoObject;

Handle file_access(H5F_close_degree_t degree, const Place& place) {
  Handle list(checked(H5Pcreate(H5P_FILE_ACCESS), "H5Pcreate", place), H5Pclose);
  checked(H5Pset_fclose_degree(list.get(), degree), "H5Pset_fclose_degree", place);
  // Locks are SharedLock's: HDF5 locks out every reader while it writes, and takes of a file system
  // without locks only ENOSYS, not ENOLCK or EOPNOTSUPP.
  checked(H5Pset_file_locking(list.get(), false, true), "H5Pset_file_locking", place);
  return list;
}

Handle file_creation(const Place& place) {
  constexpr unsigned kKeepOrder = H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED;
  Handle list(checked(H5Pcreate(H5P_FILE_CREATE), "H5Pcreate", place), H5Pclose);
  checked(H5Pset_link_creation_order(list.get(), kKeepOrder), "H5Pset_link_creation_order", place);
  checked(H5Pset_attr_creation_order(list.get(), kKeepOrder), "H5Pset_attr_creation_order", place);
  checked(H5Pset_obj_track_times(list.get(), false), "H5Pset_obj_track_times", place);
  return list;
}

// HDF5's own messages for these are riddles.
void expect_hdf5(const std::string& name) {
  std::error_code error;
  if (std::filesystem::is_directory(name, error)) {
    throw core::IoError(fmt::format("{}: is a folder; allowed: an HDF5 file", name));
  }
  std::ifstream stream(name, std::ios::binary);
  if (!stream) throw core::IoError(fmt::format("{}: {}", name, std::strerror(errno)));
  char start[8] = {};
  stream.read(start, sizeof start);
  if (stream.gcount() != sizeof start || std::memcmp(start, "\x89HDF\r\n\x1a\n", 8) != 0) {
    throw NotHdf5(fmt::format("{}: not an HDF5 file", name));
  }
}

bool locks_are_wanted() {
  const char* wish = std::getenv("HDF5_USE_FILE_LOCKING");
  return wish == nullptr || (std::strcmp(wish, "FALSE") != 0 && std::strcmp(wish, "0") != 0);
}

}  // namespace

SharedLock::SharedLock(const std::string& file) {
  if (!locks_are_wanted()) return;
  descriptor_ = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor_ < 0) return;
  if (::flock(descriptor_, LOCK_SH | LOCK_NB) == 0 || errno != EWOULDBLOCK) return;
  ::close(std::exchange(descriptor_, -1));
  throw core::IoError(
      fmt::format("{}: locked by another process that writes it; wait for its end, or set "
                  "HDF5_USE_FILE_LOCKING=FALSE to read it as it is",
                  file));
}

SharedLock::~SharedLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

template <class Prepare>
File File::create_file(const std::string& name, const Prepare& prepare) {
  prepare_library();
  const Place place{name, kNoObject};
  // Strong: once closed, nothing of this file is written any more.
  const Handle access = file_access(H5F_CLOSE_STRONG, place);
  prepare(access);
  // What is written must be the 1.8 format: netCDF and older readers do not take the 1.10 one.
  checked(H5Pset_libver_bounds(access.get(), H5F_LIBVER_EARLIEST, H5F_LIBVER_V18),
          "H5Pset_libver_bounds", place);
  const Handle creation = file_creation(place);
  Handle handle(checked(H5Fcreate(name.c_str(), H5F_ACC_EXCL, creation.get(), access.get()),
                        "H5Fcreate", place),
                H5Fclose);
  return {std::move(handle), name, SharedLock()};
}

File File::create(const std::filesystem::path& path) {
  File file = create_file(path.string(), [](const Handle&) {});
  file.lock_ = SharedLock(file.path_);
  return file;
}

File File::create_in_memory(const std::string& name) {
  constexpr std::size_t kGrowth = 1024;  // what its size is rounded up to
  return create_file(name, [&name](const Handle& access) {
    checked(H5Pset_fapl_core(access.get(), kGrowth, false), "H5Pset_fapl_core", {name, kNoObject});
  });
}

File File::open(const std::filesystem::path& path) {
  prepare_library();
  const std::string name = path.string();
  const Place place{name, kNoObject};
  expect_hdf5(name);
  SharedLock lock(name);
  // Weak: groups and datasets may outlive the File they were opened from.
  const Handle access = file_access(H5F_CLOSE_WEAK, place);
  Handle handle(checked(H5Fopen(name.c_str(), H5F_ACC_RDONLY, access.get()), "H5Fopen", place),
                H5Fclose);
  return {std::move(handle), name, std::move(lock)};
}

Group File::root() const {
  Handle handle(checked(H5Gopen2(handle_.get(), "/", H5P_DEFAULT), "H5Gopen2", {path_, kNoObject}),
                H5Gclose);
  return {std::move(handle), path_, "/"};
}

void File::flush() const {
  checked(H5Fflush(handle_.get(), H5F_SCOPE_LOCAL), "H5Fflush", {path_, kNoObject});
}

std::uint64_t File::bytes() const {
  hsize_t size = 0;
  checked(H5Fget_filesize(handle_.get(), &size), "H5Fget_filesize", {path_, kNoObject});
  return size;
}

void File::close() {
  if (!handle_.close()) fail("H5Fclose", {path_, kNoObject});
  lock_ = SharedLock();
}

std::string library_version() {
  prepare_library();
  unsigned major = 0;
  unsigned minor = 0;
  unsigned release = 0;
  H5get_libversion(&major, &minor, &release);
  return fmt::format("{}.{}.{}", major, minor, release);
}

}  // namespace plumb::h5
