// The format: PKWARE's APPNOTE.TXT 6.3, sections 4.3 (structure), 4.4 (fields), 4.5.3 (zip64).
#include "data/zip_file.hpp"

#include <fmt/core.h>
#include <zlib.h>

#include <algorithm>
#include <limits>
#include <string_view>
#include <utility>

#include "core/error.hpp"

namespace plumb::data {
namespace {

constexpr std::size_t kEndBytes = 22;
constexpr std::size_t kLocatorBytes = 20;
constexpr std::size_t kEnd64Bytes = 56;
constexpr std::size_t kEntryBytes = 46;
constexpr std::size_t kLocalBytes = 30;
constexpr std::size_t kLongestComment = 65535;
constexpr std::size_t kBufferBytes = std::size_t{256} << 10;
constexpr std::uint64_t kElsewhere = 0xffffffffU;  // the number stands in a zip64 field

[[noreturn]] void fail_archive(const std::string& file, const std::string& wrong) {
  throw core::IoError(fmt::format(
      "{}: {}; an undamaged zip archive, as numpy.savez writes it, is needed", file, wrong));
}

/// Little-endian numbers in some bytes of the file.
class Bytes {
 public:
  explicit Bytes(std::vector<std::uint8_t> bytes) : bytes_(std::move(bytes)) {}
  [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }
  /// `at` + `width` must lie inside.
  [[nodiscard]] std::uint64_t number(std::size_t at, std::size_t width) const {
    std::uint64_t value = 0;
    for (std::size_t k = width; k > 0; --k) value = value << 8U | bytes_[at + k - 1];
    return value;
  }
  [[nodiscard]] bool starts(std::size_t at, std::string_view magic) const {
    return at + magic.size() <= size() &&
           std::equal(magic.begin(), magic.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(at),
                      [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; });
  }
  [[nodiscard]] std::string text(std::size_t at, std::size_t length) const {
    return {reinterpret_cast<const char*>(bytes_.data()) + at, length};
  }

 private:
  std::vector<std::uint8_t> bytes_;
};

struct Archive {
  std::string name;
  std::ifstream file;
  std::uint64_t size = 0;

  explicit Archive(const std::filesystem::path& path)
      : name(path.string()), file(path, std::ios::binary | std::ios::ate) {
    if (!file) throw core::IoError(name + ": cannot be opened; a readable file is needed");
    size = static_cast<std::uint64_t>(file.tellg());
  }

  /// These bytes must lie inside the file, so nothing larger than it is allocated.
  Bytes read(std::uint64_t at, std::uint64_t length) {
    if (at > size || length > size - at) fail_archive(name, "damaged: it points beyond its end");
    std::vector<std::uint8_t> bytes(length);
    file.seekg(static_cast<std::streamoff>(at));
    file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(length));
    if (!file) throw core::IoError(name + ": cannot be read; a readable file is needed");
    return Bytes(std::move(bytes));
  }
};

struct Directory {
  std::uint64_t at;
  std::uint64_t bytes;
};

/// Where the directory lies, which the last record of the file says.
Directory find_directory(Archive& archive) {
  const std::uint64_t tail_bytes =
      std::min<std::uint64_t>(archive.size, kEndBytes + kLongestComment);
  const std::uint64_t tail_at = archive.size - tail_bytes;
  const Bytes tail = archive.read(tail_at, tail_bytes);
  for (std::size_t at = tail.size(); at-- > 0;) {
    if (!tail.starts(at, "PK\5\6") || at + kEndBytes > tail.size()) continue;
    if (at >= kLocatorBytes && tail.starts(at - kLocatorBytes, std::string_view("PK\6\7", 4))) {
      const Bytes end = archive.read(tail.number(at - kLocatorBytes + 8, 8), kEnd64Bytes);
      if (!end.starts(0, "PK\6\6")) fail_archive(archive.name, "damaged: no zip64 end record");
      return {end.number(48, 8), end.number(40, 8)};
    }
    return {tail.number(at + 16, 4), tail.number(at + 12, 4)};
  }
  fail_archive(archive.name, "its end is missing");
}

/// Numbers that do not fit 32 bits, in the order bytes, packed bytes, offset.
void read_zip64(const Bytes& directory, std::size_t at, std::size_t end, ZipEntry& entry) {
  while (at + 4 <= end) {
    const std::size_t length = directory.number(at + 2, 2);
    const std::size_t next = std::min(at + 4 + length, end);
    if (directory.number(at, 2) == 1) {
      std::size_t field = at + 4;
      for (std::uint64_t* number : {&entry.bytes, &entry.packed_bytes, &entry.offset}) {
        if (*number != kElsewhere || field + 8 > next) continue;
        *number = directory.number(field, 8);
        field += 8;
      }
    }
    at = next;
  }
}

}  // namespace

std::vector<ZipEntry> read_zip_directory(const std::filesystem::path& path) {
  Archive archive(path);
  const Directory place = find_directory(archive);
  const Bytes directory = archive.read(place.at, place.bytes);
  std::vector<ZipEntry> entries;
  for (std::size_t at = 0; at < directory.size();) {
    if (!directory.starts(at, "PK\1\2") || at + kEntryBytes > directory.size()) {
      fail_archive(archive.name, "damaged directory");
    }
    const std::size_t name = directory.number(at + 28, 2);
    const std::size_t extra = directory.number(at + 30, 2);
    const std::size_t comment = directory.number(at + 32, 2);
    const std::size_t after = at + kEntryBytes + name + extra + comment;
    if (after > directory.size()) fail_archive(archive.name, "damaged directory");
    ZipEntry entry{.name = directory.text(at + kEntryBytes, name),
                   .flags = static_cast<unsigned>(directory.number(at + 8, 2)),
                   .method = static_cast<unsigned>(directory.number(at + 10, 2)),
                   .crc = static_cast<std::uint32_t>(directory.number(at + 16, 4)),
                   .packed_bytes = directory.number(at + 20, 4),
                   .bytes = directory.number(at + 24, 4),
                   .offset = directory.number(at + 42, 4)};
    read_zip64(directory, at + kEntryBytes + name, at + kEntryBytes + name + extra, entry);
    entries.push_back(std::move(entry));
    at = after;
  }
  return entries;
}

void ZipMember::End::operator()(z_stream_s* stream) const noexcept {
  inflateEnd(stream);
  delete stream;
}

void ZipMember::fail(const std::string& wrong) const { fail_archive(name_, wrong); }

ZipMember::ZipMember(const std::filesystem::path& path, ZipEntry entry)
    : name_(path.string() + ": " + entry.name), entry_(std::move(entry)) {
  Archive archive(path);
  const Bytes local = archive.read(entry_.offset, kLocalBytes);
  if (!local.starts(0, "PK\3\4")) fail("damaged: no header where the directory says");
  if ((entry_.flags & 1U) != 0) fail("encrypted");
  if (entry_.method != 0 && entry_.method != 8) {
    fail(fmt::format("compressed by method {}, where 0 (stored) and 8 (deflated) are known",
                     entry_.method));
  }
  const std::uint64_t begin =
      entry_.offset + kLocalBytes + local.number(26, 2) + local.number(28, 2);
  if (begin > archive.size || entry_.packed_bytes > archive.size - begin) {
    fail("damaged: it reaches beyond the end of the file");
  }
  packed_left_ = entry_.packed_bytes;
  file_ = std::move(archive.file);
  file_.seekg(static_cast<std::streamoff>(begin));
  if (entry_.method == 0) return;
  buffer_.resize(kBufferBytes);
  stream_.reset(new z_stream_s{});
  if (inflateInit2(stream_.get(), -MAX_WBITS) != Z_OK) fail("zlib cannot inflate");
}

std::size_t ZipMember::read_packed(std::span<std::uint8_t> into) {
  const std::size_t wanted = std::min<std::uint64_t>(into.size(), packed_left_);
  file_.read(reinterpret_cast<char*>(into.data()), static_cast<std::streamsize>(wanted));
  if (!file_) fail("cannot be read");
  packed_left_ -= wanted;
  return wanted;
}

/// At least one byte, or 0 at the end.
std::size_t ZipMember::inflate_some(std::span<std::uint8_t> into) {
  const std::size_t room = std::min<std::size_t>(into.size(), std::numeric_limits<int>::max());
  stream_->next_out = into.data();
  stream_->avail_out = static_cast<uInt>(room);
  while (!ended_ && stream_->avail_out == room) {
    if (stream_->avail_in == 0) {
      const std::size_t got = read_packed(buffer_);
      if (got == 0) fail("damaged: the deflated data break off");
      stream_->next_in = buffer_.data();
      stream_->avail_in = static_cast<uInt>(got);
    }
    const int code = inflate(stream_.get(), Z_NO_FLUSH);
    if (code == Z_STREAM_END) {
      ended_ = true;
    } else if (code != Z_OK) {
      fail("damaged: the deflated data are no such");
    }
  }
  return room - stream_->avail_out;
}

std::size_t ZipMember::read(std::span<std::uint8_t> into) {
  std::size_t filled = 0;
  while (filled < into.size()) {
    const auto rest = into.subspan(filled);
    const std::size_t got = stream_ ? inflate_some(rest) : read_packed(rest);
    if (got == 0) break;
    crc_ = static_cast<std::uint32_t>(crc32_z(crc_, rest.data(), got));
    filled += got;
  }
  if (filled < into.size() && crc_ != entry_.crc) fail("damaged: its checksum is another");
  return filled;
}

}  // namespace plumb::data
