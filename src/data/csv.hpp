// Numbers separated by commas, one sample a line, its class last.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace plumb::data {

struct CsvTable {
  std::string name;                  // of the file, for messages
  std::size_t columns = 0;           // features, without the class
  std::vector<float> values;         // (rows, columns), as in the file
  std::vector<std::int32_t> labels;  // (rows)

  [[nodiscard]] std::size_t rows() const noexcept { return labels.size(); }
  /// The largest label and 1.
  [[nodiscard]] std::size_t classes() const noexcept;
  /// Over all features; 0 for an empty table.
  [[nodiscard]] float largest_magnitude() const noexcept;
};

/// What a test file must fit.
struct CsvShape {
  std::size_t columns = 0;
  std::size_t classes = 0;
  std::string from;  // the training file, for messages
};

/// Raw or gzip. Empty lines and lines that start with # are left out; a first line in which no
/// field is a number is taken for a header. Every other line must have the same number of fields:
/// finite numbers, then a whole number from 0 on.
/// Throws core::IoError "FILE:LINE: what is wrong; what is allowed".
CsvTable read_csv(const std::filesystem::path& path, const std::optional<CsvShape>& shape = {});

}  // namespace plumb::data
