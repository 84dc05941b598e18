#include "experiment/dataset_cache.hpp"

#include <gtest/gtest.h>

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "data/dataset.hpp"

namespace plumb::experiment {
namespace {

/// A small fixed set of the teacher.
study::RunSettings small_run() {
  study::RunSettings run;
  run.data.source = data::Source::Teacher;
  run.data.inputs = 5;
  run.data.classes = 3;
  run.data.samples = 4;
  return run;
}

std::uint64_t contents(const data::Dataset& dataset) { return data::fingerprint(dataset); }

TEST(dataset_cache, keeps_the_set_of_runs_that_differ_in_other_things) {
  DatasetCache cache(".");
  study::RunSettings run = small_run();
  const data::Dataset* const first = &cache.open(run);
  run.index = 7;
  run.label = "other";
  run.network.depth = 3;
  run.train.learning_rate = 0.25;
  EXPECT_EQ(&cache.open(run), first);
}

using Change = std::function<void(study::RunSettings&)>;

/// Opens `run` and then what each change makes of it; the cache must give what opening gives.
void expect_a_new_set_for_each(const std::vector<Change>& changes, const study::RunSettings& run,
                               const std::filesystem::path& folder) {
  const auto opened = [&folder](const study::RunSettings& settings) {
    return contents(*data::open_dataset(settings.data, folder, settings.train.seed));
  };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    study::RunSettings changed = run;
    changes[i](changed);
    EXPECT_NE(opened(changed), opened(run)) << "change " << i;
    DatasetCache cache(folder);
    cache.open(run);
    EXPECT_EQ(contents(cache.open(changed)), opened(changed)) << "change " << i;
    EXPECT_EQ(contents(cache.open(run)), opened(run)) << "change " << i;
  }
}

TEST(dataset_cache, makes_a_new_set_for_each_setting_of_generated_data_and_for_the_seed) {
  expect_a_new_set_for_each(
      {[](auto& run) { run.data.source = data::Source::Spirals; },
       [](auto& run) { run.data.samples = 5; }, [](auto& run) { run.data.inputs = 6; },
       [](auto& run) { run.data.classes = 4; }, [](auto& run) { run.train.seed = 2; }},
      small_run(), ".");
  study::RunSettings adding = small_run();
  adding.data.source = data::Source::Adding;
  adding.data.sequence = 8;
  expect_a_new_set_for_each({[](auto& run) { run.data.sequence = 9; }}, adding, ".");
}

TEST(dataset_cache, makes_a_new_set_for_each_file) {
  std::string name = (std::filesystem::temp_directory_path() / "plumb-cache-XXXXXX").string();
  ASSERT_NE(mkdtemp(name.data()), nullptr);
  const std::filesystem::path folder = name;
  std::ofstream(folder / "a.csv") << "1,2,0\n3,4,1\n";
  std::ofstream(folder / "b.csv") << "4,2,0\n3,1,1\n";
  study::RunSettings run = small_run();
  run.data = {};
  run.data.source = data::Source::Csv;
  run.data.path = "a.csv";
  expect_a_new_set_for_each({[](auto& changed) { changed.data.path = "b.csv"; },
                             [](auto& changed) { changed.data.test_path = "b.csv"; },
                             [](auto& changed) { changed.data.samples = 1; }},
                            run, folder);
  std::filesystem::remove_all(folder);
}

TEST(dataset_cache, holds_nothing_after_a_set_that_cannot_be_opened) {
  DatasetCache cache("nowhere");
  const study::RunSettings good = small_run();
  cache.open(good);
  study::RunSettings bad = small_run();
  bad.data.source = data::Source::Csv;
  bad.data.path = "missing.csv";
  EXPECT_THROW(cache.open(bad), core::IoError);
  EXPECT_THROW(cache.open(bad), core::IoError);
  EXPECT_EQ(cache.open(good).inputs(), good.data.inputs);
}

}  // namespace
}  // namespace plumb::experiment
