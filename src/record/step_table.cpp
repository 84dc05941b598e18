#include "record/step_table.hpp"

#include <algorithm>
#include <numeric>

namespace plumb::record {
namespace {

// About 32 kB: short runs waste little, long runs need few chunks.
constexpr std::uint64_t kChunkValues = 4096;

std::uint64_t rows_per_chunk(std::uint64_t row_values) {
  return std::clamp<std::uint64_t>(kChunkValues / row_values, 16, 1024);
}

h5::Dataset create_column(const h5::Group& group, const history::Quantity& column,
                          const h5::Dataset& step, const h5::Dataset* inner) {
  h5::DatasetSpec spec;
  spec.type = column.integer ? h5::Type::Int64 : h5::Type::Float64;
  spec.dims = {0};
  if (inner != nullptr) spec.dims.push_back(inner->dims().front());
  spec.chunk = spec.dims;
  spec.chunk.front() = rows_per_chunk(inner == nullptr ? 1 : spec.dims.back());
  spec.extendable = true;
  h5::Dataset dataset = group.create_dataset(column.name, spec);
  describe_dataset(dataset, column);
  dataset.attach_scale(0, step);
  if (inner != nullptr) dataset.attach_scale(1, *inner);
  return dataset;
}

// HDF5 holds chunks of up to 1 MB in its cache.
constexpr std::uint64_t kLargestChunkBytes = std::uint64_t{1} << 20;

h5::Dataset create_exponent_axis(const h5::Group& group) {
  std::vector<std::int64_t> exponents(core::kExponents);
  std::iota(exponents.begin(), exponents.end(), core::kLowestExponent);
  h5::Dataset axis =
      group.create_dataset("exponent", {h5::Type::Int64, {exponents.size()}, {}, false});
  axis.write<std::int64_t>(exponents);
  describe_dataset(axis, history::kDimensionless,
                   "binary exponent e of magnitudes in [2^e, 2^(e+1)); -150 = exact zero or"
                   " below 2^-149, 128 = not finite in float32");
  axis.make_scale();
  return axis;
}

// A chunk holds one step, so that none is ever written twice: a killed program loses no row that
// was flushed before.
h5::Dataset create_counts(const h5::Group& group, const history::Quantity& column,
                          const h5::Dataset& step, const h5::Dataset& layer,
                          const h5::Dataset& exponent) {
  constexpr std::uint64_t kLayerBytes = sizeof(core::ExponentCounts);
  const std::uint64_t layers = layer.dims().front();
  h5::DatasetSpec spec;
  spec.type = h5::Type::Uint64;
  spec.dims = {0, layers, core::kExponents};
  spec.chunk = {1, std::min(layers, kLargestChunkBytes / kLayerBytes), core::kExponents};
  spec.extendable = true;
  spec.compressed = true;
  h5::Dataset dataset = group.create_dataset(column.name, spec);
  describe_dataset(dataset, column);
  dataset.attach_scale(0, step);
  dataset.attach_scale(1, layer);
  dataset.attach_scale(2, exponent);
  return dataset;
}

// HDF5 lists chunks in B-trees of nodes for 64, of which it fills nine tenths when they come one
// after another; the first node is there from the first chunk on. (File format, III.A.1.)
double index_bytes(std::uint64_t chunks, std::size_t axes) {
  constexpr double kChildren = 64;
  const double node = 24 + kChildren * 8 + (kChildren + 1) * 8 * static_cast<double>(axes + 2);
  return chunks < 2 ? 0 : static_cast<double>(chunks - 1) / (0.9 * kChildren) * node;
}

/// Of a dataset whose chunks hold so many rows of equal size, `row_bytes`.
double chunked_bytes(const h5::Dataset& dataset, std::uint64_t rows, double row_bytes) {
  const std::uint64_t in_chunk = dataset.rows_per_chunk();
  const std::uint64_t chunks = (rows + in_chunk - 1) / in_chunk;
  return static_cast<double>(chunks * in_chunk) * row_bytes +
         index_bytes(chunks, dataset.dims().size());
}

/// Every number of a StepTable has eight bytes.
double plain_bytes(const h5::Dataset& dataset, std::uint64_t rows) {
  const std::vector<std::uint64_t> dims = dataset.dims();
  return chunked_bytes(dataset, rows, dims.size() < 2 ? 8.0 : 8.0 * static_cast<double>(dims[1]));
}

}  // namespace

void describe_dataset(const h5::Dataset& dataset, const std::string& unit,
                      const std::string& meaning) {
  dataset.set_text("units", unit);
  dataset.set_text("long_name", meaning);
}

void write_fixed_column(const h5::Group& group, const h5::Dataset& axis,
                        const history::Quantity& column, std::span<const std::int64_t> values) {
  const auto dataset =
      group.create_dataset(column.name, {h5::Type::Int64, {values.size()}, {}, false});
  dataset.write<std::int64_t>(values);
  describe_dataset(dataset, column);
  dataset.attach_scale(0, axis);
}

h5::Dataset create_step_scale(const h5::Group& group) {
  h5::DatasetSpec spec;
  spec.type = h5::Type::Int64;
  spec.dims = {0};
  spec.chunk = {rows_per_chunk(1)};
  spec.extendable = true;
  h5::Dataset step = group.create_dataset("step", spec);
  describe_dataset(step, history::kDimensionless, "training steps done before this one");
  step.make_scale();
  return step;
}

StepTable::StepTable(const h5::Group& group, std::span<const history::Quantity> columns,
                     const h5::Dataset* inner)
    : step_(create_step_scale(group)) {
  columns_.reserve(columns.size());
  for (const history::Quantity& column : columns) {
    columns_.push_back({create_column(group, column, step_, inner), column.integer, {}, {}});
  }
}

void StepTable::push(std::size_t column, double value) {
  Column& to = columns_[column];
  if (to.integer) {
    to.integers.push_back(static_cast<std::int64_t>(value));
  } else {
    to.reals.push_back(value);
  }
}

double StepTable::bytes_with(std::uint64_t rows) const {
  double bytes = plain_bytes(step_, rows);
  for (const Column& column : columns_) bytes += plain_bytes(column.dataset, rows);
  return bytes;
}

double StepTable::stored_bytes() const {
  auto bytes = static_cast<double>(step_.stored_bytes());
  for (const Column& column : columns_) bytes += static_cast<double>(column.dataset.stored_bytes());
  return bytes;
}

void StepTable::write_out() {
  for (Column& column : columns_) {
    column.dataset.append<double>(column.reals);
    column.dataset.append<std::int64_t>(column.integers);
    column.reals.clear();
    column.integers.clear();
  }
  step_.append<std::int64_t>(steps_);
  steps_.clear();
}

HistogramTable::HistogramTable(const h5::Group& group, const h5::Dataset& layer)
    : step_(create_step_scale(group)) {
  const h5::Dataset exponent = create_exponent_axis(group);
  for (const history::Quantity& column : history::quantities_of<history::PerExponent>()) {
    columns_.push_back({create_counts(group, column, step_, layer, exponent), {}});
  }
}

void HistogramTable::add(const history::HistogramRow& row) {
  steps_.push_back(static_cast<std::int64_t>(row.step));
  const auto columns = history::quantities_of<history::PerExponent>();
  for (std::size_t c = 0; c < columns.size(); ++c) {
    std::vector<std::uint64_t>& counts = columns_[c].counts;
    const auto member = std::get<history::PerExponent>(columns[c].source);
    for (const history::LayerHistograms& layer : row.layers) {
      counts.insert(counts.end(), (layer.*member).begin(), (layer.*member).end());
    }
  }
}

std::size_t HistogramTable::buffered_bytes() const noexcept {
  return std::accumulate(columns_.begin(), columns_.end(), std::size_t{0},
                         [](std::size_t bytes, const Column& column) {
                           return bytes + column.counts.size() * sizeof(std::uint64_t);
                         });
}

// A row's chunks, one for about a megabyte of layers, are compressed.
double HistogramTable::bytes_with(std::uint64_t rows) const {
  double bytes = plain_bytes(step_, rows);
  for (const Column& column : columns_) {
    const std::uint64_t written = column.dataset.dims()[0];
    if (written == 0) continue;
    const double row =
        static_cast<double>(column.dataset.stored_bytes()) / static_cast<double>(written);
    bytes += chunked_bytes(column.dataset, rows, row);
  }
  return bytes;
}

double HistogramTable::stored_bytes() const {
  auto bytes = static_cast<double>(step_.stored_bytes());
  for (const Column& column : columns_) bytes += static_cast<double>(column.dataset.stored_bytes());
  return bytes;
}

void HistogramTable::write_out() {
  for (Column& column : columns_) {
    column.dataset.append<std::uint64_t>(column.counts);
    column.counts.clear();
  }
  step_.append<std::int64_t>(steps_);
  steps_.clear();
}

}  // namespace plumb::record
