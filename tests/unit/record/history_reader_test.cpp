// Files that are not ours are refused in one clear line.
#include "record/history_reader.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "../h5/temporary_folder.hpp"
#include "core/error.hpp"
#include "sample_history.hpp"

namespace plumb::record {
namespace {

using namespace plumb::testing;

std::string refusal(const std::filesystem::path& path) {
  return message_of<core::IoError>([&] { const HistoryReader history(path); });
}

TEST(history_reader, says_that_a_file_is_missing) {
  const TemporaryFolder folder;
  EXPECT_EQ(refusal(folder / "a.h5"), (folder / "a.h5").string() + ": no such file");
}

TEST(history_reader, refuses_what_is_not_hdf5) {
  const TemporaryFolder folder;
  std::ofstream(folder / "a.h5") << "index,label\n";
  EXPECT_EQ(refusal(folder / "a.h5"),
            (folder / "a.h5").string() + ": not a Plumbline history; not an HDF5 file");
}

TEST(history_reader, refuses_a_folder) {
  const TemporaryFolder folder;
  EXPECT_NE(refusal(folder.path()).find(": is a folder; allowed: an HDF5 file"), std::string::npos);
}

TEST(history_reader, refuses_somebody_elses_hdf5) {
  const TemporaryFolder folder;
  { const h5::File file = h5::File::create(folder / "a.h5"); }
  EXPECT_EQ(refusal(folder / "a.h5"), (folder / "a.h5").string() +
                                          ": not a Plumbline history; an HDF5 file without a "
                                          "schema, wanted schema \"plumbline.history/1\"");
}

TEST(history_reader, refuses_another_version_of_the_schema) {
  const TemporaryFolder folder;
  {
    const h5::File file = h5::File::create(folder / "a.h5");
    file.root().set_text("schema", "plumbline.history/9");
  }
  EXPECT_NE(refusal(folder / "a.h5").find("its schema is \"plumbline.history/9\""),
            std::string::npos);
}

TEST(history_reader, refuses_a_history_that_was_cut_short) {
  const TemporaryFolder folder;
  write_sample_history(folder / "a.h5", 3);
  std::filesystem::resize_file(folder / "a.h5", 20'000);
  EXPECT_NE(refusal(folder / "a.h5").find(": H5Fopen: truncated file"), std::string::npos);
}

TEST(history_reader, knows_what_a_file_has) {
  const TemporaryFolder folder;
  write_sample_history(folder / "a.h5", 1);
  const HistoryReader history(folder / "a.h5");
  EXPECT_TRUE(history.has("gradients"));
  EXPECT_TRUE(history.has("gradients/delta_rms"));
  EXPECT_TRUE(history.has("histograms/delta"));
  EXPECT_FALSE(history.has("gradients/nothing"));
  EXPECT_FALSE(history.has("nothing/delta"));
}

TEST(history_reader, takes_only_three_axes_for_histograms) {
  const TemporaryFolder folder;
  write_sample_history(folder / "a.h5", 1);
  const HistoryReader history(folder / "a.h5");
  const auto message = message_of<core::IoError>(
      [&] { static_cast<void>(history.histograms("gradients/delta_rms")); });
  EXPECT_EQ(message, (folder / "a.h5").string() +
                         ": /gradients/delta_rms: 2 axes; step, layer and exponent are wanted");
}

TEST(history_reader, names_the_dataset_that_is_not_there) {
  const TemporaryFolder folder;
  write_sample_history(folder / "a.h5", 1);
  const HistoryReader history(folder / "a.h5");
  const auto message =
      message_of<core::IoError>([&] { static_cast<void>(history.table("gradients/nothing")); });
  EXPECT_NE(message.find("/gradients/nothing"), std::string::npos) << message;
}

}  // namespace
}  // namespace plumb::record
