#include "record/snapshot_group.hpp"

#include <fmt/format.h>

#include <map>
#include <numeric>
#include <stdexcept>

#include "record/step_table.hpp"

namespace plumb::record {
namespace {

using Axes = std::map<std::string, std::size_t>;  // dimension name -> length

void collect_axes(Axes& axes, const history::SnapshotArray& array) {
  if (array.shape.size() != array.dimensions.size()) {
    throw std::invalid_argument("snapshot array " + array.name + ": one dimension name per axis");
  }
  for (std::size_t i = 0; i < array.shape.size(); ++i) {
    const auto [axis, is_new] = axes.emplace(array.dimensions[i], array.shape[i]);
    if (!is_new && axis->second != array.shape[i]) {
      throw std::invalid_argument("snapshot dimension " + axis->first + " has two lengths");
    }
  }
}

h5::Dataset create_axis(const h5::Group& group, const std::string& name, std::size_t length) {
  std::vector<std::int64_t> numbers(length);
  std::iota(numbers.begin(), numbers.end(), 0);
  h5::Dataset axis = group.create_dataset(name, {h5::Type::Int64, {length}, {}, false});
  axis.write<std::int64_t>(numbers);
  describe_dataset(axis, history::kDimensionless, "index along " + name);
  axis.make_scale();
  return axis;
}

template <class T>
h5::Dataset create_array(const h5::Group& group, const history::SnapshotArray& array,
                         std::span<const T> values) {
  h5::Dataset dataset = group.create_dataset(
      array.name, {h5::TypeOf<T>::value, {array.shape.begin(), array.shape.end()}, {}, false});
  dataset.write(values);
  return dataset;
}

void write_array(const h5::Group& group, const history::SnapshotArray& array,
                 const std::map<std::string, h5::Dataset>& axes) {
  const h5::Dataset dataset =
      std::visit([&](auto values) { return create_array(group, array, values); }, array.values);
  describe_dataset(dataset, history::kDimensionless, array.long_name);
  for (unsigned i = 0; i < array.dimensions.size(); ++i) {
    dataset.attach_scale(i, axes.at(array.dimensions[i]));
  }
}

}  // namespace

void write_snapshot_group(const h5::File& file, const history::Snapshot& snapshot) {
  Axes lengths;
  for (const auto& array : snapshot.arrays) collect_axes(lengths, array);
  for (const auto& array : snapshot.arrays) {
    if (lengths.contains(array.name)) {
      throw std::invalid_argument("snapshot array " + array.name + " bears a dimension's name");
    }
  }

  const h5::Group group =
      file.root().open_group("snapshots").create_group(fmt::format("step_{:06}", snapshot.step));
  group.set_int("step", snapshot.step);
  group.set_text("title",
                 "global batch, parameters before the step and gradients of the mean loss");
  std::map<std::string, h5::Dataset> axes;
  for (const auto& [name, length] : lengths) axes.emplace(name, create_axis(group, name, length));
  for (const auto& array : snapshot.arrays) write_array(group, array, axes);
}

}  // namespace plumb::record
