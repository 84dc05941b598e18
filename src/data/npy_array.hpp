// NumPy's format of one array (.npy, format versions 1 to 3; numpy.lib.format).
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace plumb::data {

/// Fills a span with the next bytes of the content and returns how many; fewer only at its end.
using ByteSource = std::function<std::size_t(std::span<std::uint8_t>)>;

enum class NpyType { Bool, Uint8, Int8, Uint16, Int16, Uint32, Int32, Int64, Float32, Float64 };

class NpyReader {
 public:
  /// Reads the header. where: "FILE" or "FILE: MEMBER", for messages.
  /// Throws core::IoError "WHERE: what is wrong; what is allowed" for what is no .npy, for other
  /// types than those, for big-endian numbers and for Fortran order.
  NpyReader(std::string where, ByteSource source);

  [[nodiscard]] const std::string& where() const noexcept { return where_; }
  [[nodiscard]] const std::vector<std::uint64_t>& shape() const noexcept { return shape_; }
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  [[nodiscard]] bool is_bytes() const noexcept { return type_ == NpyType::Uint8; }

  /// All numbers, in C order, converted; memory grows with what is really there. T: std::uint8_t
  /// (of bytes), float or double. Throws core::IoError when there are fewer or more.
  template <class T>
  std::vector<T> read();

 private:
  [[noreturn]] void fail(const std::string& wrong, const std::string& allowed) const;
  std::string read_header();
  void parse(const std::string& header);
  void check_size();

  std::string where_;
  ByteSource source_;
  std::vector<std::uint64_t> shape_;
  std::uint64_t count_ = 1;
  NpyType type_ = NpyType::Float32;
};

}  // namespace plumb::data
