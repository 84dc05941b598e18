// Makes the empty history file: every group, axis and attribute that is known before the first
// step.
#pragma once

#include <optional>

#include "h5/file.hpp"
#include "history/header.hpp"
#include "record/step_table.hpp"

namespace plumb::record {

struct HistoryTables {
  StepTable gradients;
  StepTable activations;
  HistogramTable histograms;
  StepTable training;
  StepTable timing;
  StepTable evaluation;
  std::optional<StepTable> buckets;  // where the header has some
};

/// Writes the header and hands back the tables that grow. Throws core::IoError, and
/// std::invalid_argument when the theory is of another number of layers.
HistoryTables create_layout(const h5::File& file, const history::HistoryHeader& header);

}  // namespace plumb::record
