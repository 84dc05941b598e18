#include "data/gz_file.hpp"

#include <fmt/core.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "core/error.hpp"

namespace plumb::data {
namespace {

constexpr unsigned kBufferBytes = 256 * 1024;
constexpr std::size_t kChunkBytes = std::size_t{1} << 20;  // gzread counts in int

}  // namespace

void GzFile::Close::operator()(gzFile_s* file) const noexcept { gzclose_r(file); }

GzFile::GzFile(const std::filesystem::path& path)
    : name_(path.string()), file_(gzopen(path.c_str(), "rb")) {
  if (!file_) {
    const int reason = errno;
    throw core::IoError(fmt::format("{}: cannot be opened ({}); a readable file is needed", name_,
                                    std::strerror(reason)));
  }
  gzbuffer(file_.get(), kBufferBytes);
}

void GzFile::check_error() {
  int code = Z_OK;
  std::string_view reason = gzerror(file_.get(), &code);
  // zlib puts the file's name in front, and so do we.
  if (reason.starts_with(name_ + ": ")) reason.remove_prefix(name_.size() + 2);
  if (code == Z_BUF_ERROR) {
    ends_early_ = true;
  } else if (code == Z_ERRNO) {
    throw core::IoError(
        fmt::format("{}: cannot be read ({}); a readable file is needed", name_, reason));
  } else if (code != Z_OK) {
    throw core::IoError(fmt::format(
        "{}: damaged gzip data ({}); an undamaged raw or gzip file is allowed", name_, reason));
  }
}

std::size_t GzFile::read(std::span<std::uint8_t> into) {
  std::size_t filled = 0;
  while (filled < into.size()) {
    const std::size_t wanted = std::min(kChunkBytes, into.size() - filled);
    const int got = gzread(file_.get(), into.data() + filled, static_cast<unsigned>(wanted));
    if (got <= 0) {
      check_error();
      break;
    }
    filled += static_cast<std::size_t>(got);
  }
  return filled;
}

std::string GzFile::read_rest() {
  std::string text;
  for (;;) {
    const std::size_t before = text.size();
    text.resize(before + kChunkBytes);
    const std::size_t got =
        read({reinterpret_cast<std::uint8_t*>(text.data()) + before, kChunkBytes});
    text.resize(before + got);
    if (got < kChunkBytes) return text;
  }
}

}  // namespace plumb::data
