// /timing/buckets: there when asked for, and then whole.
#include <gtest/gtest.h>

#include "../h5/temporary_folder.hpp"
#include "record/history_reader.hpp"
#include "sample_history.hpp"

namespace plumb::record {
namespace {

using namespace plumb::testing;

using Numbers = std::vector<double>;

TEST(buckets, keep_their_times_of_every_step) {
  const TemporaryFolder folder;
  write_sample_history(folder / "a.h5", 3, sample_header_with_buckets());
  const HistoryReader history(folder / "a.h5");
  EXPECT_EQ(history.steps("timing/buckets"), (std::vector<std::int64_t>{0, 1, 2}));
  for (const char* name : {"ready_seconds", "finish_seconds", "exposed_seconds"}) {
    const Table table = history.table(std::string("timing/buckets/") + name);
    ASSERT_EQ(table.rows, 3U) << name;
    ASSERT_EQ(table.cols, kSampleBuckets) << name;
  }
  for (std::size_t s = 0; s < 3; ++s) {
    const history::StepTiming row = sample_buckets(s);
    for (std::size_t b = 0; b < kSampleBuckets; ++b) {
      const history::BucketTimes& times = row.buckets[b];
      EXPECT_EQ(history.table("timing/buckets/ready_seconds").at(s, b), times.ready);
      EXPECT_EQ(history.table("timing/buckets/finish_seconds").at(s, b), times.finish);
      EXPECT_EQ(history.table("timing/buckets/exposed_seconds").at(s, b), times.exposed);
    }
  }
}

TEST(buckets, are_numbered_from_one_with_their_size_and_layers) {
  const TemporaryFolder folder;
  write_sample_history(folder / "a.h5", 1, sample_header_with_buckets());
  const HistoryReader history(folder / "a.h5");
  const h5::Group group = history.root().open_group("timing").open_group("buckets");
  EXPECT_EQ(history.table("timing/buckets/bucket").values, (Numbers{1, 2}));
  EXPECT_EQ(history.table("timing/buckets/bytes").values, (Numbers{80, 60}));
  EXPECT_EQ(history.table("timing/buckets/first_layer").values, (Numbers{2, 1}));
  EXPECT_EQ(history.table("timing/buckets/last_layer").values, (Numbers{3, 1}));
  for (const char* name : {"bytes", "first_layer", "last_layer"}) {
    EXPECT_EQ(group.open_dataset(name).type(), h5::Type::Int64) << name;
    EXPECT_EQ(group.open_dataset(name).scale_names(), std::vector<std::string>{"bucket"});
  }
}

TEST(buckets, lie_in_a_group_that_explains_itself) {
  const TemporaryFolder folder;
  write_sample_history(folder / "a.h5", 1, sample_header_with_buckets());
  const HistoryReader history(folder / "a.h5");
  const h5::Group group = history.root().open_group("timing").open_group("buckets");
  EXPECT_EQ(group.attribute("NX_class"), h5::AttributeValue(std::string("NXdata")));
  EXPECT_EQ(group.attribute("signal"), h5::AttributeValue(std::string("exposed_seconds")));
  EXPECT_EQ(group.attribute("axes"),
            h5::AttributeValue(std::vector<std::string>{"step", "bucket"}));
  for (const std::string& name : group.dataset_names()) {
    const h5::Dataset dataset = group.open_dataset(name);
    EXPECT_TRUE(dataset.has_attribute("units") && dataset.has_attribute("long_name")) << name;
    if (dataset.is_scale()) continue;
    for (const std::string& scale : dataset.scale_names()) EXPECT_TRUE(group.has(scale)) << name;
  }
  EXPECT_EQ(group.open_dataset("ready_seconds").scale_names(),
            (std::vector<std::string>{"step", "bucket"}));
}

TEST(buckets, leave_no_group_behind_where_there_are_none) {
  const TemporaryFolder folder;
  write_sample_history(folder / "a.h5", 2);
  const HistoryReader history(folder / "a.h5");
  EXPECT_TRUE(history.has("timing/seconds"));
  EXPECT_FALSE(history.has("timing/buckets"));
}

TEST(buckets, may_belong_to_a_run_without_steps) {
  const TemporaryFolder folder;
  HistoryWriter(folder / "a.h5", sample_header_with_buckets(), false).finish({"stopped", -1});
  const HistoryReader history(folder / "a.h5");
  EXPECT_TRUE(history.steps("timing/buckets").empty());
  EXPECT_EQ(history.table("timing/buckets/bytes").values, (Numbers{80, 60}));
}

TEST(buckets, of_another_number_than_the_header_are_refused) {
  const TemporaryFolder folder;
  HistoryWriter writer(folder / "a.h5", sample_header_with_buckets(), false);
  history::StepTiming row = sample_buckets(0);
  row.buckets.pop_back();
  EXPECT_THROW(writer.write_buckets({&row, 1}), std::invalid_argument);
  HistoryWriter without(folder / "b.h5", sample_header(), false);
  row.buckets.clear();
  EXPECT_THROW(without.write_buckets({&row, 1}), std::invalid_argument);
  EXPECT_NO_THROW(without.write_buckets({}));
}

}  // namespace
}  // namespace plumb::record
