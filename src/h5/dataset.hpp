// Typed arrays in C order.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "h5/object.hpp"

namespace plumb::h5 {

/// How a dataset is made. No dims: one value.
struct DatasetSpec {
  Type type = Type::Float64;
  std::vector<std::uint64_t> dims;
  /// Values per chunk along each axis; empty for one contiguous block. Needed when extendable.
  std::vector<std::uint64_t> chunk;
  bool extendable = false;  // axis 0 can grow without limit
  /// Shuffled and deflated, chunk by chunk; every HDF5 reader undoes it. Needs chunks, and whole
  /// ones in each append(): adding to a compressed chunk is slow and writes it anew, in another
  /// place, so that a killed program may lose rows that were flushed before.
  bool compressed = false;
};

/// Every function throws core::IoError "FILE: CALL OBJECT: reason" when HDF5 fails. Numbers: float,
/// double, std::int32_t, std::int64_t, std::uint8_t, std::uint64_t.
class Dataset : public Object {
 public:
  [[nodiscard]] Type type() const;
  [[nodiscard]] NumberKind number_kind() const;
  [[nodiscard]] std::vector<std::uint64_t> dims() const;
  [[nodiscard]] bool extendable() const;
  /// Along axis 0; 0 when the values lie in one contiguous block.
  [[nodiscard]] std::uint64_t rows_per_chunk() const;
  /// What its values take of the file: whole chunks, compressed where the dataset is.
  [[nodiscard]] std::uint64_t stored_bytes() const;

  /// The whole dataset; values.size() is the product of dims.
  template <class T>
  void write(std::span<const T> values) const;
  void write_strings(const std::vector<std::string>& texts) const;

  /// Grows axis 0 by as many rows as `rows` holds; its size is a multiple of a row's.
  template <class T>
  void append(std::span<const T> rows) const;

  /// The whole dataset, converted by HDF5 where T is not the stored type.
  template <class T>
  [[nodiscard]] std::vector<T> read() const;
  [[nodiscard]] std::vector<std::string> read_strings() const;
  /// Rows first, first + 1, ... of axis 0, converted likewise; their number is that of the values
  /// that fit in `rows`, whose size is a multiple of a row's.
  template <class T>
  void read_rows(std::uint64_t first, std::span<T> rows) const;

  /// Makes this dataset the coordinate of a dimension that bears its name.
  void make_scale() const;
  /// Axis `axis` of this dataset runs along `scale`, which lies in the same group.
  void attach_scale(unsigned axis, const Dataset& scale) const;
  [[nodiscard]] bool is_scale() const;
  /// The name, inside the group, of the scale of each axis; "" where an axis has none.
  [[nodiscard]] std::vector<std::string> scale_names() const;

 private:
  friend class Group;
  using Object::Object;
};

}  // namespace plumb::h5
