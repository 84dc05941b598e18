// data/fetch.sh against a folder in place of the public mirrors: what it must never do.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>

#include "data_testing.hpp"

namespace plumb::data {
namespace {

std::string script() {
  const auto project = std::filesystem::path(PLUMB_SOURCE_DIR);
  return std::filesystem::absolute(project / "data" / "fetch.sh").lexically_normal().string();
}

struct Outcome {
  int exit_code = 0;
  std::string output;
};

/// Runs it from the root folder with the mirror FOLDER/mirror, into FOLDER/into.
Outcome fetch(const TemporaryFolder& folder, const std::string& arguments) {
  const std::string command = "cd / && PLUMBLINE_FETCH_BASE='file://" + folder.file("mirror") +
                              "' PLUMBLINE_DATA_DIR='" + folder.file("into") + "' bash '" +
                              script() + "' " + arguments + " > '" + folder.file("output") +
                              "' 2>&1";
  const int status = std::system(command.c_str());
  return {WEXITSTATUS(status), folder.content("output")};
}

std::size_t files_below(const std::string& folder) {
  std::size_t count = 0;
  if (!std::filesystem::exists(folder)) return 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) ++count;
  }
  return count;
}

TEST(fetch, leaves_nothing_behind_when_files_are_missing_or_wrong) {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder.path() / "mirror" / "mnist");
  folder.write("mirror/mnist/train-images-idx3-ubyte.gz", "not what was asked for");
  const Outcome outcome = fetch(folder, "");
  EXPECT_EQ(outcome.exit_code, 3) << outcome.output;
  EXPECT_NE(outcome.output.find("wrong checksum"), std::string::npos) << outcome.output;
  EXPECT_NE(outcome.output.find("8 of the files could not be downloaded"), std::string::npos)
      << outcome.output;
  EXPECT_EQ(files_below(folder.file("into")), 0U);
}

TEST(fetch, keeps_a_file_of_yours_until_it_has_a_better_one) {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder.path() / "into" / "mnist");
  folder.write("into/mnist/train-labels-idx1-ubyte.gz", "mine");
  EXPECT_EQ(fetch(folder, "mnist").exit_code, 3);
  EXPECT_EQ(folder.content("into/mnist/train-labels-idx1-ubyte.gz"), "mine");
}

TEST(fetch, names_the_data_sets_it_knows) {
  const TemporaryFolder folder;
  const Outcome outcome = fetch(folder, "imagenet");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.output,
            "fetch: error: unknown data set 'imagenet'; mnist and fashion-mnist are allowed\n");
}

}  // namespace
}  // namespace plumb::data
