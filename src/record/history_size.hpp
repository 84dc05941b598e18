// How large a history would be: its header and first rows are written into memory, the rest follows
// from the chunks of its datasets.
#pragma once

#include <cstdint>
#include <optional>

#include "history/header.hpp"
#include "history/rows.hpp"

namespace plumb::record {

/// What a run would record.
struct HistoryExtent {
  std::uint64_t rows = 0;
  std::uint64_t histogram_rows = 0;
  std::uint64_t evaluations = 0;
  std::uint64_t snapshots = 0;
  history::Snapshot snapshot;        // shapes of one; values are not looked at
  history::HistogramRow histograms;  // a typical row, which tells how well they are compressed
};

/// Bytes of the finished file; within 15 % (tests/program/test_dry_run.py), mostly within 2 %.
double history_bytes(const history::HistoryHeader& header, const HistoryExtent& extent);

}  // namespace plumb::record
