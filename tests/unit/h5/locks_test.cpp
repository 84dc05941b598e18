// Files that others read or write, and file systems that know no locks.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "h5/file.hpp"
#include "temporary_folder.hpp"

namespace {
int flock_error = 0;  // 0: the system's own flock
}

// Stands before the C library's, also for libhdf5.
extern "C" int flock(int descriptor, int operation) {
  if (flock_error == 0) return static_cast<int>(syscall(SYS_flock, descriptor, operation));
  errno = flock_error;
  return -1;
}

namespace plumb::h5 {
namespace {

using plumb::testing::message_of;
using plumb::testing::TemporaryFolder;

class FlockFails {
 public:
  explicit FlockFails(int error) { flock_error = error; }
  FlockFails(const FlockFails&) = delete;
  FlockFails& operator=(const FlockFails&) = delete;
  ~FlockFails() { flock_error = 0; }
};

/// Another opening of the file, as another process has it.
class Opened {
 public:
  Opened(const std::string& file, int operation) : descriptor_(::open(file.c_str(), O_RDONLY)) {
    locked_ = ::flock(descriptor_, operation | LOCK_NB) == 0;
  }
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;
  ~Opened() { ::close(descriptor_); }
  [[nodiscard]] bool locked() const { return locked_; }

 private:
  int descriptor_;
  bool locked_;
};

TEST(locks, let_others_read_what_is_being_written_but_not_write) {
  const TemporaryFolder folder;
  File file = File::create(folder / "a.h5");
  file.root().set_int("n", 1);
  file.flush();
  EXPECT_TRUE(Opened(file.path(), LOCK_SH).locked());
  EXPECT_FALSE(Opened(file.path(), LOCK_EX).locked());
  file.close();
  EXPECT_TRUE(Opened(folder / "a.h5", LOCK_EX).locked());
}

TEST(locks, of_another_process_are_named_with_the_remedy) {
  const TemporaryFolder folder;
  const std::string name = folder / "a.h5";
  { const File file = File::create(name); }
  const Opened other(name, LOCK_EX);
  ASSERT_TRUE(other.locked());
  const std::string message = message_of<core::IoError>([&] { auto f = File::open(name); });
  EXPECT_EQ(message.rfind(name + ": locked by another process", 0), 0U) << message;
  EXPECT_NE(message.find("HDF5_USE_FILE_LOCKING=FALSE"), std::string::npos) << message;
  ::setenv("HDF5_USE_FILE_LOCKING", "FALSE", 1);
  EXPECT_NO_THROW(File::open(name));
  ::unsetenv("HDF5_USE_FILE_LOCKING");
}

TEST(locks, are_done_without_where_the_file_system_has_none) {
  for (const int error : {ENOLCK, EOPNOTSUPP, ENOSYS}) {
    const TemporaryFolder folder;
    const FlockFails without_locks(error);
    {
      File file = File::create(folder / "a.h5");
      file.root().set_int("n", error);
      file.close();
    }
    EXPECT_EQ(File::open(folder / "a.h5").root().attribute("n"),
              AttributeValue(std::int64_t{error}));
  }
}

}  // namespace
}  // namespace plumb::h5
