// Members of a zip archive, stored or deflated, as numpy.savez and numpy.savez_compressed write
// them; also larger than 4 GiB (zip64).
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <span>
#include <string>
#include <vector>

struct z_stream_s;

namespace plumb::data {

struct ZipEntry {
  std::string name;
  unsigned flags = 0;
  unsigned method = 0;  // 0 stored, 8 deflated
  std::uint32_t crc = 0;
  std::uint64_t packed_bytes = 0;
  std::uint64_t bytes = 0;
  std::uint64_t offset = 0;  // of its local header
};

/// The archive's directory. Throws core::IoError "FILE: what is wrong; what is allowed".
std::vector<ZipEntry> read_zip_directory(const std::filesystem::path& path);

class ZipMember {
 public:
  /// Throws core::IoError, as read() does, for damaged members and for methods other than those.
  ZipMember(const std::filesystem::path& path, ZipEntry entry);

  /// Fills `into` with the next bytes of the content; fewer only where the content ends. Checks the
  /// checksum there.
  std::size_t read(std::span<std::uint8_t> into);

 private:
  struct End {
    void operator()(z_stream_s* stream) const noexcept;
  };

  [[noreturn]] void fail(const std::string& wrong) const;
  std::size_t read_packed(std::span<std::uint8_t> into);
  std::size_t inflate_some(std::span<std::uint8_t> into);

  std::string name_;  // FILE: MEMBER
  ZipEntry entry_;
  std::ifstream file_;
  std::uint64_t packed_left_ = 0;
  std::vector<std::uint8_t> buffer_;
  std::unique_ptr<z_stream_s, End> stream_;  // null: stored
  bool ended_ = false;
  std::uint32_t crc_ = 0;
};

}  // namespace plumb::data
