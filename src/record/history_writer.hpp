// Writes one network's history file: netCDF-4 compatible HDF5, names fixed by the contract.
#pragma once

#include <filesystem>
#include <memory>
#include <span>

#include "history/header.hpp"
#include "history/rows.hpp"

namespace plumb::record {

/// The file is PATH.part until finish() renames it to PATH. Rows are flushed every half second, 256
/// rows or 8 MiB of histograms, whichever comes first. Every failure throws core::IoError that
/// names the file and the reason (a full disk says so); the .part file is then left as it is. When
/// the process is ended by another thread (watchdog/graceful_shutdown.hpp), it is flushed once
/// more.
class HistoryWriter final : public history::RowSink {
 public:
  /// Throws core::IoError when PATH exists and overwrite is false. A theory and rows of another
  /// number of layers or buckets than the header's are std::invalid_argument.
  HistoryWriter(std::filesystem::path path, const history::HistoryHeader& header, bool overwrite);
  HistoryWriter(const HistoryWriter&) = delete;
  HistoryWriter& operator=(const HistoryWriter&) = delete;
  ~HistoryWriter() override;

  void write(const history::StepRow& row) override;
  void write_histograms(const history::HistogramRow& row) override;
  void write_timing(std::span<const history::StepTiming> rows) override;
  void write_buckets(std::span<const history::StepTiming> rows) override;
  void write_evaluation(const history::Evaluation& row) override;
  void write_snapshot(const history::Snapshot& snapshot) override;

  /// Writes what is left, closes, syncs and renames. Nothing may be written afterwards.
  void finish(const history::HistoryOutcome& outcome);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace plumb::record
