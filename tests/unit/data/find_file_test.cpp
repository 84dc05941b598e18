#include "data/find_file.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "../h5/temporary_folder.hpp"
#include "core/error.hpp"

namespace plumb::data {
namespace {

using plumb::testing::message_of;
using plumb::testing::TemporaryFolder;

class find_file_in : public ::testing::Test {
 protected:
  find_file_in() {
    std::filesystem::create_directory(studies_);
    std::filesystem::create_directory(data_);
  }
  static void write(const std::filesystem::path& file) { std::ofstream(file) << "1,0\n"; }

  TemporaryFolder folder_;
  std::filesystem::path studies_ = folder_ / "studies";
  std::filesystem::path data_ = folder_ / "data";
  SearchFolders both_{studies_, data_};
};

TEST_F(find_file_in, two_folders_begins_beside_the_study_file) {
  write(data_ / "wine.csv");
  EXPECT_EQ(find_file(both_, "wine.csv"), (data_ / "wine.csv").string());
  write(studies_ / "wine.csv");
  EXPECT_EQ(find_file(both_, "wine.csv"), (studies_ / "wine.csv").string());
}

TEST_F(find_file_in, two_folders_takes_the_beginning_of_names) {
  write(data_ / "emnist-letters-train-images-idx3-ubyte");
  EXPECT_EQ(find_file(both_, "emnist-letters"), (data_ / "emnist-letters").string());
  EXPECT_THROW((void)find_file(both_, "emnist-let"), core::IoError);
}

TEST_F(find_file_in, two_folders_names_both_when_neither_has_it) {
  const std::string message =
      message_of<core::IoError>([&] { (void)find_file(both_, "wine.csv"); });
  EXPECT_EQ(message, "wine.csv: no such file or folder beside the study file (" +
                         (studies_ / "wine.csv").string() + ") or in the data folder (" +
                         (data_ / "wine.csv").string() +
                         "); allowed: a path that begins there, with --data-dir or "
                         "PLUMBLINE_DATA_DIR for another data folder, or an absolute one");
}

TEST_F(find_file_in, any_folder_leaves_absolute_and_missing_paths_alone) {
  EXPECT_EQ(find_file(both_, "/nowhere/wine.csv"), "/nowhere/wine.csv");
  EXPECT_EQ(find_file(both_, ""), "");
  EXPECT_EQ(find_file(data_, "wine.csv"), (data_ / "wine.csv").string());
}

}  // namespace
}  // namespace plumb::data
