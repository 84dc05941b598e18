#include "data/dataset.hpp"

#include <gtest/gtest.h>

#include <set>

#include "data_testing.hpp"

namespace plumb::data {
namespace {

/// A table of 40 samples, with an optional change to one field of one line.
std::string table(std::size_t changed_row = 999, const char* row = "") {
  std::string text;
  for (std::size_t i = 0; i < 40; ++i) {
    text += i == changed_row ? row : std::to_string(i) + ".5,2," + std::to_string(i % 3);
    text += '\n';
  }
  return text;
}

class fingerprint_of_files : public testing::Test {
 protected:
  std::uint64_t of(const std::string& train, const std::string& test, std::uint64_t samples = 0) {
    const std::string name = std::to_string(++files_);
    folder_.write(name + ".csv", train);
    DataSettings settings = settings_for(Source::Csv, samples);
    settings.path = name + ".csv";
    settings.scale = Scale::Magnitude;
    if (!test.empty()) {
      folder_.write(name + "-test.csv", test);
      settings.test_path = name + "-test.csv";
    }
    return fingerprint(*open_dataset(settings, folder_.path(), 1));
  }

 private:
  TemporaryFolder folder_;
  int files_ = 0;
};

TEST_F(fingerprint_of_files, is_that_of_the_contents_not_of_the_name) {
  EXPECT_EQ(of(table(), table()), of(table(), table()));
  EXPECT_EQ(of(table(), ""), of(table(), ""));
}

// Values of the program before it used libxxhash, whose reference values its own code gave.
TEST_F(fingerprint_of_files, keeps_its_values) {
  EXPECT_EQ(of(table(), table(39, "39.5,2,1")), 0xc32b41f84a2c2f0eULL);
  EXPECT_EQ(of(table(), "", 20), 0x0e48ccc8e47c3012ULL);
}

TEST_F(fingerprint_of_files, sees_each_split_each_number_each_class_and_the_size) {
  const std::set<std::uint64_t> seen = {
      of(table(), table()),
      of(table(), ""),
      of(table(39, "39.5,3,0"), table()),  // the last number of the last sample
      of(table(39, "39.5,2,1"), table()),  // its class
      of(table(0, "0.25,2,0"), table()),
      of(table(), table(39, "39.5,3,0")),
      of(table(), table(39, "39.5,2,1")),
      of(table(), table(), 39),
  };
  EXPECT_EQ(seen.size(), 8U);
}

TEST_F(fingerprint_of_files, does_not_see_samples_that_training_does_not_use) {
  EXPECT_EQ(of(table(20, "1.5,1,1"), table(), 20), of(table(), table(), 20));
  EXPECT_NE(of(table(19, "1.5,1,1"), table(), 20), of(table(), table(), 20));
}

TEST(fingerprint_of_generated_data, is_the_same_for_the_same_settings_and_sees_the_others) {
  std::set<std::uint64_t> seen;
  for (const Source source : {Source::Shapes, Source::Teacher, Source::Spirals, Source::Adding}) {
    const std::uint64_t value = fingerprint(*open_generated(source, 1));
    EXPECT_EQ(value, fingerprint(*open_generated(source, 1)));
    seen.insert(value);
    seen.insert(fingerprint(*open_generated(source, 2)));       // another seed
    seen.insert(fingerprint(*open_generated(source, 1, 500)));  // a fixed set
  }
  EXPECT_EQ(seen.size(), 12U);
}

TEST(fingerprint_of_generated_data, keeps_its_values) {
  EXPECT_EQ(fingerprint(*open_generated(Source::Shapes, 1)), 0x82d41af1421bd87eULL);
  EXPECT_EQ(fingerprint(*open_generated(Source::Adding, 1, 500)), 0xba7e2d2ba3072aa4ULL);
}

TEST(fingerprint_of_generated_data, draws_a_sample_however_large_it_is) {
  DataSettings settings = settings_for(Source::Adding);
  settings.sequence = kDrawnNumbers;  // twice as many numbers as that
  EXPECT_NE(fingerprint(*open_dataset(settings, ".", 1)),
            fingerprint(*open_dataset(settings, ".", 2)));
}

}  // namespace
}  // namespace plumb::data
