#include "record/history_size.hpp"

#include <array>
#include <functional>
#include <map>
#include <numeric>
#include <string>

#include "h5/file.hpp"
#include "history/quantities.hpp"
#include "record/history_layout.hpp"
#include "record/snapshot_group.hpp"

namespace plumb::record {
namespace {

constexpr const char* kInMemory = "(history in memory)";

// Histograms of gradients take as much, compressed, as those of normal distributions where the
// activation is smooth (0.97 to 1.05), and up to 1.3 times as much with ReLU: a middle.
constexpr double kOverNormal = 1.12;

template <class T>
constexpr std::array<T, 1> kOne{};

struct OneValue {
  template <class T>
  decltype(history::SnapshotArray::values) operator()(std::span<const T>) const {
    return std::span<const T>(kOne<T>);
  }
};

struct ValueBytes {
  template <class T>
  double operator()(std::span<const T>) const {
    return sizeof(T);
  }
};

double values_of(const history::SnapshotArray& array) {
  return std::accumulate(array.shape.begin(), array.shape.end(), 1.0, std::multiplies<>());
}

/// A snapshot's arrays lie in one piece each, so all but their values is as large for one value.
double snapshot_bytes(const h5::File& file, const history::Snapshot& snapshot) {
  history::Snapshot small = snapshot;
  std::map<std::string, std::size_t> axes;
  double bytes = 0;
  for (history::SnapshotArray& array : small.arrays) {
    bytes += (values_of(array) - 1) * std::visit(ValueBytes{}, array.values);
    for (std::size_t i = 0; i < array.shape.size(); ++i) {
      axes[array.dimensions[i]] = array.shape[i];
    }
    array.values = std::visit(OneValue{}, array.values);
    array.shape.assign(array.shape.size(), 1);
  }
  for (const auto& [name, length] : axes) {
    bytes += static_cast<double>(length - 1) * sizeof(std::int64_t);
  }
  file.flush();
  const std::uint64_t before = file.bytes();
  write_snapshot_group(file, small);
  file.flush();
  return bytes + static_cast<double>(file.bytes() - before);
}

/// One row of zeros.
void write_row(StepTable& table, std::size_t columns, std::size_t values) {
  table.start_row(0);
  for (std::size_t c = 0; c < columns; ++c) {
    for (std::size_t i = 0; i < values; ++i) table.push(c, 0);
  }
  table.write_out();
}

void write_first_rows(HistoryTables& tables, const history::HistoryHeader& header,
                      const HistoryExtent& extent) {
  using history::Group;
  using history::PerLayer;
  using history::quantities_of;
  const std::size_t layers = header.layers.size();
  if (extent.rows > 0) {
    write_row(tables.gradients, quantities_of<PerLayer>(Group::Gradients).size(), layers);
    write_row(tables.activations, quantities_of<PerLayer>(Group::Activations).size(), layers);
    write_row(tables.training, quantities_of<history::PerStep>().size(), 1);
    write_row(tables.timing, quantities_of<history::PerPhase>().size(),
              std::size(history::kPhases));
  }
  if (extent.rows > 0 && tables.buckets) {
    write_row(*tables.buckets, quantities_of<history::PerBucket>().size(), header.buckets.size());
  }
  if (extent.evaluations > 0) {
    write_row(tables.evaluation, quantities_of<history::PerEvaluation>().size(), 1);
  }
}

void write_histograms(HistoryTables& tables, const HistoryExtent& extent) {
  if (extent.histogram_rows == 0) return;
  tables.histograms.add(extent.histograms);
  tables.histograms.write_out();
}

}  // namespace

double history_bytes(const history::HistoryHeader& header, const HistoryExtent& extent) {
  const h5::File file = h5::File::create_in_memory(kInMemory);
  HistoryTables tables = create_layout(file, header);
  file.root().set_text("status", "completed");
  file.root().set_int("diverged_step", -1);
  write_histograms(tables, extent);
  // The index of a dataset comes with its first chunk.
  write_first_rows(tables, header, extent);
  file.flush();
  auto bytes = static_cast<double>(file.bytes());
  const auto replace = [&bytes](const auto& table, std::uint64_t rows) {
    bytes += table.bytes_with(rows) - table.stored_bytes();
  };
  for (const StepTable* table :
       {&tables.gradients, &tables.activations, &tables.training, &tables.timing}) {
    replace(*table, extent.rows);
  }
  if (tables.buckets) replace(*tables.buckets, extent.rows);
  replace(tables.evaluation, extent.evaluations);
  replace(tables.histograms, extent.histogram_rows);
  bytes += (kOverNormal - 1) * tables.histograms.bytes_with(extent.histogram_rows);
  if (extent.snapshots > 0) {
    bytes += static_cast<double>(extent.snapshots) * snapshot_bytes(file, extent.snapshot);
  }
  return bytes;
}

}  // namespace plumb::record
