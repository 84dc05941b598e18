#include "data/npy_array.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <limits>
#include <string_view>
#include <utility>

#include "core/error.hpp"

namespace plumb::data {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are copied as they are");

constexpr std::size_t kChunkBytes = std::size_t{16} << 20;
constexpr std::size_t kLongestHeader = std::size_t{1} << 20;
constexpr std::string_view kMagic = "\x93NUMPY";

struct TypeEntry {
  std::string_view name;  // without the byte order
  NpyType type;
  std::size_t bytes;
};
constexpr TypeEntry kTypes[] = {{"b1", NpyType::Bool, 1},    {"u1", NpyType::Uint8, 1},
                                {"i1", NpyType::Int8, 1},    {"u2", NpyType::Uint16, 2},
                                {"i2", NpyType::Int16, 2},   {"u4", NpyType::Uint32, 4},
                                {"i4", NpyType::Int32, 4},   {"i8", NpyType::Int64, 8},
                                {"f4", NpyType::Float32, 4}, {"f8", NpyType::Float64, 8}};
constexpr const char* kAllowedTypes =
    "little-endian float32, float64, int8 to int64, uint8 to uint32 and bool are allowed";

const TypeEntry& entry_of(NpyType type) {
  return *std::ranges::find(kTypes, type, &TypeEntry::type);
}

/// What stands behind 'key': in the header, up to its end.
std::string_view value_of(std::string_view header, std::string_view key) {
  const std::size_t at = header.find(fmt::format("'{}':", key));
  if (at == std::string_view::npos) return {};
  header.remove_prefix(at + key.size() + 3);
  const std::size_t first = header.find_first_not_of(' ');
  return first == std::string_view::npos ? std::string_view{} : header.substr(first);
}

/// Of a tuple (3, 4) or (3,). Returns false where it is none.
bool parse_shape(std::string_view text, std::vector<std::uint64_t>& shape) {
  if (!text.starts_with('(')) return false;
  const std::size_t end = text.find(')');
  if (end == std::string_view::npos) return false;
  text = text.substr(1, end - 1);
  while (!text.empty()) {
    const std::size_t first = text.find_first_not_of(", ");
    if (first == std::string_view::npos) return true;
    text.remove_prefix(first);
    std::uint64_t axis = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), axis);
    if (error != std::errc{}) return false;
    text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
    shape.push_back(axis);
  }
  return true;
}

template <class From, class To>
void convert(std::span<const std::uint8_t> raw, std::vector<To>& values) {
  for (std::size_t at = 0; at < raw.size(); at += sizeof(From)) {
    From value;
    std::memcpy(&value, raw.data() + at, sizeof value);
    values.push_back(static_cast<To>(value));
  }
}

template <class To>
void convert(NpyType type, std::span<const std::uint8_t> raw, std::vector<To>& values) {
  switch (type) {
    case NpyType::Bool:
    case NpyType::Uint8:
      return convert<std::uint8_t>(raw, values);
    case NpyType::Int8:
      return convert<std::int8_t>(raw, values);
    case NpyType::Uint16:
      return convert<std::uint16_t>(raw, values);
    case NpyType::Int16:
      return convert<std::int16_t>(raw, values);
    case NpyType::Uint32:
      return convert<std::uint32_t>(raw, values);
    case NpyType::Int32:
      return convert<std::int32_t>(raw, values);
    case NpyType::Int64:
      return convert<std::int64_t>(raw, values);
    case NpyType::Float32:
      return convert<float>(raw, values);
    case NpyType::Float64:
      return convert<double>(raw, values);
  }
}

}  // namespace

void NpyReader::fail(const std::string& wrong, const std::string& allowed) const {
  throw core::IoError(fmt::format("{}: {}; {}", where_, wrong, allowed));
}

NpyReader::NpyReader(std::string where, ByteSource source)
    : where_(std::move(where)), source_(std::move(source)) {
  parse(read_header());
  check_size();
}

/// The text that describes the array. Before it stand the magic, two bytes of version, and its
/// length in 2 (version 1) or 4 bytes.
std::string NpyReader::read_header() {
  std::array<std::uint8_t, 8> start{};
  const std::size_t found = source_(start);
  if (found < start.size() || std::memcmp(start.data(), kMagic.data(), kMagic.size()) != 0) {
    fail("is no .npy array", "what numpy.save or numpy.savez writes is allowed");
  }
  const unsigned version = start[6];
  if (version < 1 || version > 3) {
    fail(fmt::format("is of format version {}", version), "versions 1 to 3 are allowed");
  }
  std::array<std::uint8_t, 4> length_bytes{};
  const std::size_t width = version == 1 ? 2 : 4;
  const std::size_t got = source_(std::span(length_bytes).first(width));
  std::size_t length = 0;
  for (std::size_t k = width; k > 0; --k) length = length << 8U | length_bytes[k - 1];
  if (got == width && length > kLongestHeader) {
    fail(fmt::format("has a header of {} bytes", length),
         fmt::format("at most {} are allowed", kLongestHeader));
  }
  std::string header(length, '\0');
  const std::span bytes(reinterpret_cast<std::uint8_t*>(header.data()), length);
  if (got < width || source_(bytes) < length) {
    fail("truncated: it ends in its header", "the complete array is needed");
  }
  return header;
}

void NpyReader::parse(const std::string& header) {
  std::string_view descr = value_of(header, "descr");
  const std::string_view order = value_of(header, "fortran_order");
  if (descr.empty() || order.empty() || !parse_shape(value_of(header, "shape"), shape_)) {
    fail("has a header that cannot be read", "what numpy.save or numpy.savez writes is allowed");
  }
  if (descr.starts_with('[')) fail("is an array of records", kAllowedTypes);
  descr = descr.substr(1, descr.find(descr.front(), 1) - 1);  // without its quotes
  const auto* const entry =
      std::ranges::find(kTypes, descr.empty() ? descr : descr.substr(1), &TypeEntry::name);
  if (entry == std::end(kTypes)) fail(fmt::format("is an array of type {}", descr), kAllowedTypes);
  if (descr.front() == '>' && entry->bytes > 1) {
    fail(fmt::format("holds big-endian numbers ({})", descr),
         fmt::format("{}: x.astype('<{}')", kAllowedTypes, entry->name));
  }
  type_ = entry->type;
  if (order.starts_with("True") && shape_.size() > 1) {
    fail("is in Fortran order", "C order is allowed: numpy.ascontiguousarray(x)");
  }
}

/// Before anything is allocated. No product of the axes and the size of a number overflows.
void NpyReader::check_size() {
  std::uint64_t left = std::numeric_limits<std::int64_t>::max() / entry_of(type_).bytes;
  for (const std::uint64_t axis : shape_) {
    if (axis > left) {
      fail(fmt::format("announces more numbers than there can be (axes: {})",
                       fmt::join(shape_, " x ")),
           "the complete array is needed");
    }
    count_ *= axis;
    if (axis > 0) left /= axis;
  }
}

template <class T>
std::vector<T> NpyReader::read() {
  const std::uint64_t expected = count_ * entry_of(type_).bytes;
  std::vector<std::uint8_t> chunk(std::min<std::uint64_t>(expected, kChunkBytes));
  std::vector<T> values;
  for (std::uint64_t done = 0; done < expected;) {
    const std::size_t step = std::min<std::uint64_t>(chunk.size(), expected - done);
    const std::size_t found = source_(std::span(chunk).first(step));
    if (found < step) {
      fail(fmt::format("truncated: {} bytes of numbers expected, {} found", expected, done + found),
           "the complete array is needed");
    }
    convert(type_, std::span<const std::uint8_t>(chunk).first(step), values);
    done += step;
  }
  std::array<std::uint8_t, 1> more{};
  if (source_(more) > 0) fail("bytes after the array", "nothing may follow the numbers");
  return values;
}

template std::vector<std::uint8_t> NpyReader::read();
template std::vector<float> NpyReader::read();
template std::vector<double> NpyReader::read();

}  // namespace plumb::data
