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

void HistogramTable::write_out() {
  for (Column& column : columns_) {
    column.dataset.append<std::uint64_t>(column.counts);
    column.counts.clear();
  }
  step_.append<std::int64_t>(steps_);
  steps_.clear();
}

}  // namespace plumb::record
