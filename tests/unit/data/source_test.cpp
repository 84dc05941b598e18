// The table of data sources: whole, and true of the data sets it opens.
#include "data/source.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "data_testing.hpp"

namespace plumb::data {
namespace {

TEST(sources, have_an_entry_for_each_enumerator_in_the_order_of_the_enumeration) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < sources().size(); ++i) {
    const SourceInfo& info = *sources()[i];
    EXPECT_EQ(static_cast<std::size_t>(info.source), i);
    EXPECT_EQ(&info_of(info.source), &info);
    EXPECT_EQ(core::name_of(info.source), info.name);
    EXPECT_EQ(core::value_of<Source>(info.name), info.source);
    EXPECT_NE(info.open, nullptr);
    names.insert(info.name);
  }
  EXPECT_EQ(names.size(), sources().size());
  EXPECT_THROW((void)info_of(static_cast<Source>(sources().size())), std::logic_error);
}

TEST(sources, that_read_files_say_what_data_path_must_name) {
  for (const SourceInfo* info : sources()) {
    if (!info->reads_files()) continue;
    EXPECT_EQ(message_of<core::UsageError>(
                  [info] { (void)open_dataset(settings_for(info->source), ".", 1); }),
              "data.source = " + std::string(info->name) +
                  " needs data.path; allowed: " + std::string(info->path));
  }
}

TEST(sources, that_are_generated_give_what_their_entry_says) {
  for (const SourceInfo* info : sources()) {
    if (info->reads_files()) continue;
    const auto dataset = open_generated(info->source, 1);
    EXPECT_EQ(dataset->source(), info->name);
    EXPECT_EQ(dataset->image().has_value(), info->images == Has::Always) << info->name;
    EXPECT_EQ(dataset->is_regression(), info->regression == Has::Always) << info->name;
    EXPECT_EQ(info->test_split, Has::Always) << info->name;
    EXPECT_FALSE(info->takes_test_path) << info->name;
  }
}

TEST(sources, take_a_size_or_a_number_of_steps_only_where_their_entry_says_so) {
  for (const SourceInfo* info : sources()) {
    if (info->reads_files()) continue;
    DataSettings settings = settings_for(info->source);
    const std::size_t inputs = open_dataset(settings, ".", 1)->inputs();
    settings.inputs = 11;
    EXPECT_EQ(open_dataset(settings, ".", 1)->inputs() != inputs, info->takes_size) << info->name;
    settings = settings_for(info->source);
    ++settings.sequence;
    EXPECT_EQ(open_dataset(settings, ".", 1)->inputs() != inputs, info->is_sequence())
        << info->name;
  }
}

TEST(sources, stand_in_the_guide) {
  std::ifstream file(std::string(PLUMB_SOURCE_DIR) + "/docs/study-file.md");
  std::string line;
  while (std::getline(file, line) && !line.starts_with("| `data.source`")) {
  }
  for (const SourceInfo* info : sources()) {
    EXPECT_NE(line.find("`" + std::string(info->name) + "`"), std::string::npos) << info->name;
  }
}

}  // namespace
}  // namespace plumb::data
