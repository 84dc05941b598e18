// The datasets of /histograms, which grow by one row of counts per recorded histogram.
#pragma once

#include <cstdint>
#include <vector>

#include "h5/group.hpp"
#include "history/quantities.hpp"
#include "history/rows.hpp"

namespace plumb::record {

/// Like StepTable, for counts over (step, layer, exponent): rows stay in memory until write_out().
class HistogramTable {
 public:
  /// Makes the unlimited scale `step` (S), the scale `exponent` (E) and one compressed (S,L,E)
  /// dataset per column in `group`, where `layer` is a scale of L values.
  HistogramTable(const h5::Group& group, const h5::Dataset& layer);

  /// row.layers.size() is L.
  void add(const history::HistogramRow& row);

  [[nodiscard]] std::size_t buffered_bytes() const noexcept;

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
