// The real files, where they are: in PLUMBLINE_DATA_DIR, in the project's data folder (after
// data/fetch.sh), or in a folder shared/data beside the project.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdlib>

#include "data_testing.hpp"

namespace plumb::data {
namespace {

std::filesystem::path project_folder() { return std::filesystem::path(PLUMB_SOURCE_DIR); }

/// The folder that holds `name`, or nothing.
std::optional<std::filesystem::path> find_data(const std::string& name) {
  std::vector<std::filesystem::path> places = {project_folder() / "data",
                                               project_folder() / ".." / "shared" / "data"};
  if (const char* given = std::getenv("PLUMBLINE_DATA_DIR")) places.insert(places.begin(), given);
  for (const auto& place : places) {
    if (std::filesystem::exists(place / name)) return place;
  }
  return std::nullopt;
}

TEST(real_data, reads_mnist) {
  const auto folder = find_data("mnist");
  if (!folder) GTEST_SKIP() << "no mnist folder; run data/fetch.sh or set PLUMBLINE_DATA_DIR";
  DataSettings settings = settings_for(Source::Idx);
  settings.path = "mnist";
  const auto mnist = open_dataset(settings, *folder, 1);
  EXPECT_EQ(mnist->inputs(), 784U);
  EXPECT_EQ(mnist->image(), (Image{28, 28}));
  EXPECT_EQ(mnist->size(Split::Train), 60000U);
  EXPECT_EQ(mnist->size(Split::Test), 10000U);
  const std::array<std::int32_t, 5> first_labels = {5, 0, 4, 1, 9};
  for (std::size_t i = 0; i < first_labels.size(); ++i) {
    EXPECT_EQ(read_sample(*mnist, Split::Train, i).label, first_labels[i]);
  }
  EXPECT_EQ(read_sample(*mnist, Split::Test, 0).label, 7);
  // The published mean over the training pixels is .1307.
  double sum = 0;
  for (std::uint64_t i = 0; i < 60000; ++i) {
    for (const float v : read_sample(*mnist, Split::Train, i).x) sum += v;
  }
  EXPECT_NEAR(sum / (60000.0 * 784), 0.1307, 0.00005);
}

TEST(real_data, reads_optdigits) {
  const auto folder = find_data("optdigits");
  if (!folder) GTEST_SKIP() << "no optdigits folder; set PLUMBLINE_DATA_DIR to use one";
  DataSettings settings = settings_for(Source::Csv);
  settings.path = "optdigits/optdigits.tra";
  settings.test_path = "optdigits/optdigits.tes";
  settings.scale = Scale::Magnitude;
  const auto digits = open_dataset(settings, *folder, 1);
  EXPECT_EQ(digits->inputs(), 64U);
  EXPECT_EQ(digits->image(), (Image{8, 8}));
  EXPECT_EQ(digits->classes(), 10U);
  EXPECT_EQ(digits->size(Split::Train), 2999U);
  EXPECT_EQ(digits->size(Split::Test), 1797U);
  for (std::uint64_t i = 0; i < 2999; ++i) {
    for (const float v : read_sample(*digits, Split::Train, i).x) {
      ASSERT_EQ(v * 16, std::floor(v * 16));  // integers 0 .. 16, divided by 16
      ASSERT_TRUE(v >= 0 && v <= 1);
    }
  }
}

}  // namespace
}  // namespace plumb::data
