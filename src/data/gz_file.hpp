// Reads a file that may or may not be compressed with gzip.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

struct gzFile_s;

namespace plumb::data {

class GzFile {
 public:
  /// Throws core::IoError when the file cannot be opened, as all members do on a read error or on
  /// damaged gzip data.
  explicit GzFile(const std::filesystem::path& path);

  /// Fills `into` with the next bytes of the content; fewer only where the content ends.
  std::size_t read(std::span<std::uint8_t> into);
  /// All that is left.
  std::string read_rest();
  /// Whether the last read ran into the end of a gzip file that is not complete.
  [[nodiscard]] bool ends_early() const noexcept { return ends_early_; }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

 private:
  struct Close {
    void operator()(gzFile_s* file) const noexcept;
  };

  void check_error();

  std::string name_;
  std::unique_ptr<gzFile_s, Close> file_;
  bool ends_early_ = false;
};

}  // namespace plumb::data
