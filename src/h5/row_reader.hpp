// Rows of a dataset of numbers, in any order and from several threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <shared_mutex>
#include <span>
#include <string>
#include <vector>

#include "h5/dataset.hpp"

namespace plumb::h5 {

/// No RowReader is inside the HDF5 library while this is held. The holder must not read rows.
[[nodiscard]] std::unique_lock<std::mutex> lock_library();

/// Reads what is asked for, when it is asked for, and keeps it as long as there is room: training
/// comes back to the same rows epoch after epoch. Debian's HDF5 knows nothing of threads, so all
/// readers of the process take turns with it; whoever else uses this room while threads read rows
/// holds lock_library().
class RowReader {
 public:
  /// `dataset` holds numbers (of any type) and has one axis at least. Of what was read up to
  /// `kept_bytes` stay in memory, but at least one block of rows.
  RowReader(Dataset dataset, std::size_t kept_bytes);

  [[nodiscard]] const Dataset& dataset() const noexcept { return dataset_; }
  [[nodiscard]] std::uint64_t rows() const noexcept { return rows_; }
  /// Numbers in a row: the product of the axes after the first.
  [[nodiscard]] std::size_t row_values() const noexcept { return row_values_; }

  /// Row `row` as float32; values.size() == row_values(). Any thread may call it at any time.
  /// Throws core::IoError as Dataset does.
  void read(std::uint64_t row, std::span<float> values);

 private:
  /// Rows that are read together: those of a chunk, which is decompressed as a whole, or as many as
  /// make a read worth its while. Bytes stay bytes, which takes a quarter of the memory.
  struct Block {
    std::uint64_t number = kNone;
    std::vector<std::uint8_t> bytes;
    std::vector<float> floats;
  };
  static constexpr std::uint64_t kNone = ~std::uint64_t{0};

  [[nodiscard]] std::uint64_t choose_block_rows() const;
  void load(Block& block, std::uint64_t number);
  void copy(const Block& block, std::uint64_t row, std::span<float> values) const;

  Dataset dataset_;
  std::uint64_t rows_;
  std::size_t row_values_;
  bool is_bytes_;
  std::uint64_t block_rows_;
  std::vector<Block> blocks_;  // block i of the file in place i % blocks_.size()
  std::shared_mutex mutex_;    // of blocks_
};

}  // namespace plumb::h5
