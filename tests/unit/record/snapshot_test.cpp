#include <gtest/gtest.h>

#include <stdexcept>

#include "../h5/temporary_folder.hpp"
#include "record/history_reader.hpp"
#include "sample_history.hpp"

namespace plumb::record {
namespace {

using namespace plumb::testing;
using history::Snapshot;
using history::SnapshotArray;

const std::vector<float> kInputs = {1, 2, 3, 4, 5, 6};
const std::vector<std::int32_t> kClasses = {1, 0, 2};
const std::vector<double> kWeights = {0.1, 0.2, 0.3, 0.4};

SnapshotArray inputs() {
  return {"x", std::span<const float>(kInputs), {3, 2}, {"sample", "input"}, "inputs"};
}
SnapshotArray classes() {
  return {"y", std::span<const std::int32_t>(kClasses), {3}, {"sample"}, "classes"};
}
SnapshotArray weights() {
  return {"W1", std::span<const double>(kWeights), {2, 2}, {"input", "unit_1"}, "weights"};
}

void write(const std::filesystem::path& path, const std::vector<Snapshot>& snapshots) {
  HistoryWriter writer(path, sample_header(), false);
  for (const Snapshot& snapshot : snapshots) writer.write_snapshot(snapshot);
  writer.finish({"completed", -1});
}

TEST(snapshot, keeps_arrays_of_every_type_with_their_shape) {
  const TemporaryFolder folder;
  write(folder / "a.h5", {{12, {inputs(), classes(), weights()}}});
  const HistoryReader history(folder / "a.h5");
  const h5::Group group = history.root().open_group("snapshots/step_000012");
  EXPECT_EQ(group.open_dataset("x").read<float>(), kInputs);
  EXPECT_EQ(group.open_dataset("x").type(), h5::Type::Float32);
  EXPECT_EQ(group.open_dataset("x").dims(), (std::vector<std::uint64_t>{3, 2}));
  EXPECT_EQ(group.open_dataset("y").read<std::int32_t>(), kClasses);
  EXPECT_EQ(group.open_dataset("y").type(), h5::Type::Int32);
  EXPECT_EQ(group.open_dataset("W1").read<double>(), kWeights);
  EXPECT_EQ(group.open_dataset("W1").type(), h5::Type::Float64);
}

TEST(snapshot, has_one_scale_from_zero_for_each_dimension) {
  const TemporaryFolder folder;
  write(folder / "a.h5", {{0, {inputs(), classes(), weights()}}});
  const HistoryReader history(folder / "a.h5");
  const h5::Group group = history.root().open_group("snapshots/step_000000");
  EXPECT_EQ(group.dataset_names(),
            (std::vector<std::string>{"W1", "input", "sample", "unit_1", "x", "y"}));
  EXPECT_EQ(group.open_dataset("sample").read<std::int64_t>(),
            (std::vector<std::int64_t>{0, 1, 2}));
  EXPECT_EQ(group.open_dataset("x").scale_names(), (std::vector<std::string>{"sample", "input"}));
  EXPECT_EQ(group.open_dataset("y").scale_names(), std::vector<std::string>{"sample"});
}

TEST(snapshot, can_be_taken_at_several_steps) {
  const TemporaryFolder folder;
  write(folder / "a.h5", {{100, {classes()}}, {5, {classes()}}, {1'234'567, {classes()}}});
  EXPECT_EQ(HistoryReader(folder / "a.h5").snapshot_steps(),
            (std::vector<std::int64_t>{5, 100, 1'234'567}));
}

TEST(snapshot, refuses_shapes_that_contradict_each_other) {
  const TemporaryFolder folder;
  const auto writing = [&](const std::string& name, const Snapshot& snapshot) {
    write(folder / name, {snapshot});
  };
  SnapshotArray two_lengths = weights();
  two_lengths.dimensions = {"sample", "unit_1"};
  EXPECT_THROW(writing("a.h5", {0, {inputs(), two_lengths}}), std::invalid_argument);
  SnapshotArray too_few_names = weights();
  too_few_names.dimensions = {"input"};
  EXPECT_THROW(writing("b.h5", {0, {too_few_names}}), std::invalid_argument);
  SnapshotArray named_as_axis = classes();
  named_as_axis.name = "input";
  EXPECT_THROW(writing("c.h5", {0, {inputs(), named_as_axis}}), std::invalid_argument);
  SnapshotArray wrong_size = weights();
  wrong_size.shape = {2, 3};
  EXPECT_THROW(writing("d.h5", {0, {wrong_size}}), std::invalid_argument);
}

}  // namespace
}  // namespace plumb::record
