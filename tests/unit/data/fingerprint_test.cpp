#include "data/fingerprint.hpp"

#include <gtest/gtest.h>

#include <set>

#include "data/xxh64.hpp"
#include "data_testing.hpp"

namespace plumb::data {
namespace {

std::uint64_t hash_text(std::string_view text, std::uint64_t seed = 0) {
  return xxh64(std::as_bytes(std::span(text)), seed);
}

/// Byte i is a different one for all i up to 255.
std::string counted(std::size_t length) {
  std::string text(length, '\0');
  for (std::size_t i = 0; i < length; ++i) text[i] = static_cast<char>(i * 7 + 3);
  return text;
}

// Values of the reference implementation, libxxhash 0.8.1: XXH64(text, length, seed).
TEST(xxh64, gives_the_values_of_the_reference_implementation) {
  EXPECT_EQ(hash_text(""), 0xEF46DB3751D8E999ULL);
  EXPECT_EQ(hash_text("a"), 0xD24EC4F1A98C6E5BULL);
  EXPECT_EQ(hash_text("abc"), 0x44BC2CF5AD770999ULL);
  EXPECT_EQ(hash_text(counted(7), 0), 0x9A7B149959CE60D8ULL);
  EXPECT_EQ(hash_text(counted(8), 1), 0xF119F5B26C0020ABULL);
  EXPECT_EQ(hash_text(counted(31), 2), 0x891E3ADD65D5E177ULL);
  EXPECT_EQ(hash_text(counted(32), 3), 0x1A3656B98976F208ULL);
  EXPECT_EQ(hash_text(counted(33), 0), 0x50A7CFC7BA588784ULL);
  EXPECT_EQ(hash_text(counted(77), 0x9e3779b97f4a7c15ULL), 0x65CE3F0F7282368FULL);
  EXPECT_EQ(hash_text(counted(1000), 5), 0x208BE8CAF3F789AFULL);
}

TEST(xxh64, changes_with_every_bit_and_with_the_length) {
  std::string text = counted(77);
  std::set<std::uint64_t> seen = {hash_text(text), hash_text(text.substr(0, 76))};
  for (std::size_t bit = 0; bit < 8 * text.size(); ++bit) {
    const auto mask = static_cast<char>(1U << (bit % 8));
    text[bit / 8] = static_cast<char>(text[bit / 8] ^ mask);
    seen.insert(hash_text(text));
    text[bit / 8] = static_cast<char>(text[bit / 8] ^ mask);
  }
  EXPECT_EQ(seen.size(), 8 * text.size() + 2);
}

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

TEST(fingerprint_of_generated_data, draws_a_sample_however_large_it_is) {
  DataSettings settings = settings_for(Source::Adding);
  settings.sequence = kDrawnNumbers;  // twice as many numbers as that
  EXPECT_NE(fingerprint(*open_dataset(settings, ".", 1)),
            fingerprint(*open_dataset(settings, ".", 2)));
}

}  // namespace
}  // namespace plumb::data
