// A text file of samples, read: which of its columns is the label, which are inputs, and the
// numbers in them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "data/source.hpp"

namespace plumb::data {

/// What the columns of a file are for; numbered from 0.
struct Columns {
  std::string file;                // where they are from, for messages
  std::size_t count = 0;           // of the file
  std::vector<std::string> names;  // of all; empty: the file has no header
  std::size_t label = 0;
  std::vector<std::size_t> inputs;

  /// For messages: column 3 ("alcohol").
  [[nodiscard]] std::string describe(std::size_t column) const;
};

/// Applies data.label and data.drop. Throws core::UsageError for a column that is not there.
Columns choose_columns(const std::string& file, std::size_t count, std::vector<std::string> names,
                       const DataSettings& settings);

struct Table {
  Columns columns;
  std::vector<float> values;        // (rows, inputs); NaN where a value is missing
  std::vector<std::string> labels;  // (rows), as in the file
  std::vector<std::size_t> lines;   // (rows), in the file, from 1

  [[nodiscard]] std::size_t rows() const noexcept { return labels.size(); }
  [[nodiscard]] std::size_t inputs() const noexcept { return columns.inputs.size(); }
  [[nodiscard]] const std::string& file() const noexcept { return columns.file; }
};

/// Raw or gzip, in any dialect. Missing values are an error unless data.missing says otherwise;
/// with `drop` their rows are left out, with `mean` they are NaN. like: the table of the training
/// samples, whose columns those of a test file must be, or null.
/// Throws core::IoError "FILE:LINE: what is wrong; what is allowed".
Table read_table(const std::filesystem::path& path, const DataSettings& settings,
                 const Columns* like = nullptr);

}  // namespace plumb::data
