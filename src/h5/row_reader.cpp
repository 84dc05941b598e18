#include "h5/row_reader.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

namespace plumb::h5 {
namespace {

constexpr std::size_t kReadBytes = std::size_t{64} << 10;  // of rows that lie in one piece

std::mutex& library_mutex() {
  static std::mutex mutex;
  return mutex;
}

std::size_t product_after_first(const std::vector<std::uint64_t>& dims) {
  return std::accumulate(dims.begin() + 1, dims.end(), std::size_t{1}, std::multiplies<>());
}

}  // namespace

std::unique_lock<std::mutex> lock_library() { return std::unique_lock(library_mutex()); }

RowReader::RowReader(Dataset dataset, std::size_t kept_bytes)
    : dataset_(std::move(dataset)),
      rows_(dataset_.dims().front()),
      row_values_(product_after_first(dataset_.dims())),
      is_bytes_(dataset_.type() == Type::Uint8),
      block_rows_(choose_block_rows()) {
  const std::size_t block_bytes =
      std::max<std::size_t>(1, block_rows_ * row_values_ * (is_bytes_ ? 1 : sizeof(float)));
  const std::uint64_t all = (rows_ + block_rows_ - 1) / block_rows_;
  blocks_.resize(
      std::clamp<std::uint64_t>(kept_bytes / block_bytes, 1, std::max<std::uint64_t>(all, 1)));
}

std::uint64_t RowReader::choose_block_rows() const {
  const std::uint64_t chunk = dataset_.rows_per_chunk();
  const std::uint64_t wanted =
      chunk > 0 ? chunk : kReadBytes / std::max<std::size_t>(1, row_values_ * sizeof(float));
  return std::clamp<std::uint64_t>(wanted, 1, std::max<std::uint64_t>(rows_, 1));
}

void RowReader::read(std::uint64_t row, std::span<float> values) {
  const std::uint64_t number = row / block_rows_;
  Block& block = blocks_[number % blocks_.size()];
  {
    const std::shared_lock lock(mutex_);
    if (block.number == number) {
      copy(block, row, values);
      return;
    }
  }
  const std::unique_lock lock(mutex_);
  if (block.number != number) load(block, number);
  copy(block, row, values);
}

void RowReader::load(Block& block, std::uint64_t number) {
  block.number = kNone;  // should reading fail
  const std::uint64_t first = number * block_rows_;
  const std::size_t count = std::min(block_rows_, rows_ - first) * row_values_;
  const std::unique_lock<std::mutex> lock = lock_library();
  if (is_bytes_) {
    block.bytes.resize(count);
    dataset_.read_rows(first, std::span(block.bytes));
  } else {
    block.floats.resize(count);
    dataset_.read_rows(first, std::span(block.floats));
  }
  block.number = number;
}

void RowReader::copy(const Block& block, std::uint64_t row, std::span<float> values) const {
  const auto from = static_cast<std::ptrdiff_t>((row % block_rows_) * row_values_);
  if (is_bytes_) {
    std::copy_n(block.bytes.begin() + from, row_values_, values.begin());
  } else {
    std::copy_n(block.floats.begin() + from, row_values_, values.begin());
  }
}

}  // namespace plumb::h5
