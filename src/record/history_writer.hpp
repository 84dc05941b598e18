// Writes one network's history file: netCDF-4 compatible HDF5, names fixed by the contract.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "history/rows.hpp"

namespace plumb::record {

struct LayerInfo {
  std::string name;  // "hidden_1", ..., "output"; of a recurrent network "step_1", ..., "output"
  std::int64_t fan_in = 0;
  std::int64_t fan_out = 0;
  std::int64_t parameters = 0;
};

using Attributes = std::map<std::string, std::variant<std::int64_t, double, std::string>>;

/// What mean-field theory predicts of the network before its first step.
struct TheoryHeader {
  /// delta_rms of each layer over that of the next layer towards the output; NaN where
  /// nothing is predicted, as for the output layer. As many as layers, or none: no /theory then.
  std::vector<double> delta_rms_ratio;
  Attributes attributes;  // q_star, chi_1, ...
};

/// A run of the gradient that is summed over ranks in one go.
struct BucketInfo {
  std::int64_t bytes = 0;        // on the wire
  std::int64_t first_layer = 0;  // numbered like layers: 1 = first hidden layer or time step
  std::int64_t last_layer = 0;
};

/// What is known before the first step.
struct HistoryHeader {
  std::vector<LayerInfo> layers;
  std::vector<BucketInfo> buckets;  // first to travel first; none: no /timing/buckets
  Attributes model;
  TheoryHeader theory;
  std::string toml;             // the study file as read
  std::string resolved_json;    // this run's flat settings
  std::string provenance_json;  // versions, flags, layout, environment
};

/// What is known only at the end; attributes of the file's root.
struct HistoryOutcome {
  std::string status;  // "completed", "diverged", "stopped"
  std::int64_t diverged_step = -1;
};

/// The file is PATH.part until finish() renames it to PATH. Rows are flushed every half second, 256
/// rows or 8 MiB of histograms, whichever comes first. Every failure throws core::IoError that
/// names the file and the reason (a full disk says so); the .part file is then left as it is. When
/// the process is ended by another thread (core/orderly_end.hpp), it is flushed once more.
class HistoryWriter final : public history::RowSink {
 public:
  /// Throws core::IoError when PATH exists and overwrite is false. A theory and rows of another
  /// number of layers or buckets than the header's are std::invalid_argument.
  HistoryWriter(std::filesystem::path path, const HistoryHeader& header, bool overwrite);
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
  void finish(const HistoryOutcome& outcome);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace plumb::record
