// NumPy's files, written by hand as its documentation says.
#pragma once

#include <zlib.h>

#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace plumb::data {

inline std::string little_endian(std::uint64_t value, int bytes) {
  std::string text;
  for (int k = 0; k < bytes; ++k, value >>= 8) text += static_cast<char>(value);
  return text;
}

inline std::string npy_text(const std::string& header, const std::string& content) {
  return "\x93NUMPY" + little_endian(1, 2) + little_endian(header.size(), 2) + header + content;
}

/// shape: "(3, 2)".
template <class T>
std::string npy(const std::string& type, const std::string& shape, const std::vector<T>& values,
                const char* fortran = "False") {
  std::string content(values.size() * sizeof(T), '\0');
  if (!values.empty()) std::memcpy(content.data(), values.data(), content.size());
  return npy_text("{'descr': '" + type + "', 'fortran_order': " + fortran + ", 'shape': " + shape +
                      ", }          \n",
                  content);
}

using Member = std::pair<std::string, std::string>;  // name, content

inline std::string deflated(const std::string& content) {
  std::string packed(compressBound(content.size()) + 64, '\0');
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

/// method: 0 stored, 8 deflated; zip64: sizes and offsets in fields of 64 bits.
inline std::string zip(const std::vector<Member>& members, unsigned method, bool zip64 = false,
                       unsigned flags = 0) {
  std::string file;
  std::string directory;
  for (const auto& [name, content] : members) {
    const std::string packed = method == 8 ? deflated(content) : content;
    const auto crc =
        crc32(0, reinterpret_cast<const Bytef*>(content.data()), static_cast<uInt>(content.size()));
    const std::string start = little_endian(20, 2) + little_endian(flags, 2) +
                              little_endian(method, 2) + little_endian(0, 4) +
                              little_endian(crc, 4);
    const auto size = [zip64](std::size_t bytes) {
      return little_endian(zip64 ? 0xffffffffU : bytes, 4);
    };
    std::string extra;
    if (zip64) {
      extra = little_endian(1, 2) + little_endian(24, 2) + little_endian(content.size(), 8) +
              little_endian(packed.size(), 8) + little_endian(file.size(), 8);
    }
    directory += "PK\1\2" + little_endian(20, 2) + start + size(packed.size()) +
                 size(content.size()) + little_endian(name.size(), 2) +
                 little_endian(extra.size(), 2) + little_endian(0, 10) + size(file.size()) + name +
                 extra;
    file += "PK\3\4" + start + size(packed.size()) + size(content.size()) +
            little_endian(name.size(), 2) + little_endian(0, 2) + name + packed;
  }
  const std::size_t at = file.size();
  file += directory;
  if (zip64) {
    const std::size_t end = file.size();
    file += "PK\6\6" + little_endian(44, 8) + little_endian(0, 28) +
            little_endian(directory.size(), 8) + little_endian(at, 8);
    file += std::string("PK\6\7", 4) + little_endian(0, 4) + little_endian(end, 8) +
            little_endian(1, 4);
  }
  return file + "PK\5\6" + little_endian(0, 4) + little_endian(members.size(), 2) +
         little_endian(members.size(), 2) +
         little_endian(zip64 ? 0xffffffffU : directory.size(), 4) +
         little_endian(zip64 ? 0xffffffffU : at, 4) + little_endian(0, 2);
}

}  // namespace plumb::data
