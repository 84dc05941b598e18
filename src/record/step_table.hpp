// A group of datasets that grow by one row per recorded step.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "h5/group.hpp"
#include "history/quantities.hpp"
#include "history/rows.hpp"

namespace plumb::record {

/// Rows are kept in memory until write_out(), so that between two write_out() nothing reaches the
/// file and what is on disk stays consistent when the process is killed.
class StepTable {
 public:
  /// Makes the unlimited scale `step` (S) in `group` and one dataset per column: (S), or (S,N)
  /// where `inner` is a scale of N values in the same group.
  StepTable(const h5::Group& group, std::span<const history::Quantity> columns,
            const h5::Dataset* inner);

  /// Begins a row; then each column gets its values by push(), one or N of them. Integers are exact
  /// up to 2^53.
  void start_row(std::uint64_t step) { steps_.push_back(static_cast<std::int64_t>(step)); }
  void push(std::size_t column, double value);

  [[nodiscard]] std::size_t buffered_rows() const noexcept { return steps_.size(); }

  /// What its datasets would take of the file with so many rows written; with as many as are.
  [[nodiscard]] double bytes_with(std::uint64_t rows) const;
  [[nodiscard]] double stored_bytes() const;

  /// Appends the buffered rows; `step` last, so that a row with a step is a whole row.
  /// Throws core::IoError.
  void write_out();

 private:
  struct Column {
    h5::Dataset dataset;
    bool integer;
    std::vector<double> reals;  // one of the two stays empty
    std::vector<std::int64_t> integers;
  };

  h5::Dataset step_;
  std::vector<std::int64_t> steps_;
  std::vector<Column> columns_;
};

/// The unlimited scale `step` (S) of a group that grows by steps.
h5::Dataset create_step_scale(const h5::Group& group);

/// A dataset (N) that never grows, along the scale `axis` of N values in the same group.
void write_fixed_column(const h5::Group& group, const h5::Dataset& axis,
                        const history::Quantity& column, std::span<const std::int64_t> values);

/// Gives a new dataset the two attributes that every dataset of a history has.
void describe_dataset(const h5::Dataset& dataset, const std::string& unit,
                      const std::string& meaning);
inline void describe_dataset(const h5::Dataset& dataset, const history::Quantity& quantity) {
  describe_dataset(dataset, quantity.unit, quantity.meaning);
}

/// Like StepTable, for counts over (step, layer, exponent): rows stay in memory until write_out().
class HistogramTable {
 public:
  /// Makes the unlimited scale `step` (S), the scale `exponent` (E) and one compressed (S,L,E)
  /// dataset per column in `group`, where `layer` is a scale of L values.
  HistogramTable(const h5::Group& group, const h5::Dataset& layer);

  /// row.layers.size() is L.
  void add(const history::HistogramRow& row);

  [[nodiscard]] std::size_t buffered_bytes() const noexcept;

  /// As in StepTable; rows like the one that is written.
  [[nodiscard]] double bytes_with(std::uint64_t rows) const;
  [[nodiscard]] double stored_bytes() const;

  /// Appends the buffered rows; `step` last, so that a row with a step is a whole row.
  /// Throws core::IoError.
  void write_out();

 private:
  struct Column {
    h5::Dataset dataset;
    std::vector<std::uint64_t> counts;
  };

  h5::Dataset step_;
  std::vector<std::int64_t> steps_;
  std::vector<Column> columns_;
};

}  // namespace plumb::record
