// What the tests of this room share: a folder that goes away, files in it, errors with their text.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>
#include <zlib.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "data/source.hpp"

namespace plumb::data {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "plumb-data-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed for " + name);
    path_ = name;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::string file(const std::string& name) const { return (path_ / name).string(); }

  void write(const std::string& name, std::string_view content) const {
    std::ofstream(path_ / name, std::ios::binary) << content;
  }
  void write_gzip(const std::string& name, std::string_view content) const {
    gzFile out = gzopen(file(name).c_str(), "wb");
    gzwrite(out, content.data(), static_cast<unsigned>(content.size()));
    gzclose(out);
  }
  [[nodiscard]] std::string content(const std::string& name) const {
    std::ifstream in(path_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

 private:
  std::filesystem::path path_;
};

/// The text of the E that the action must throw.
template <class E, class Action>
std::string message_of(Action action) {
  try {
    action();
  } catch (const E& error) {
    return error.what();
  } catch (const std::exception& error) {
    ADD_FAILURE() << "another kind of exception: " << error.what();
    return "";
  }
  ADD_FAILURE() << "no exception";
  return "";
}

struct Sample {
  std::int32_t label = 0;
  std::vector<float> x;
  friend bool operator==(const Sample&, const Sample&) = default;
};

inline Sample read_sample(const Dataset& dataset, Split split, std::uint64_t index) {
  Sample sample;
  sample.x.resize(dataset.inputs());
  sample.label = static_cast<std::int32_t>(dataset.read(split, index, sample.x));
  return sample;
}

/// FNV-1a over labels and the bits of the inputs.
inline std::uint64_t fingerprint(const Dataset& dataset, Split split, std::uint64_t count) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  const auto add = [&hash](const void* data, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i) {
      hash = (hash ^ static_cast<const unsigned char*>(data)[i]) * 0x100000001b3ULL;
    }
  };
  for (std::uint64_t i = 0; i < count; ++i) {
    const Sample sample = read_sample(dataset, split, i);
    add(&sample.label, sizeof sample.label);
    add(sample.x.data(), sample.x.size() * sizeof(float));
  }
  return hash;
}

inline DataSettings settings_for(Source source, std::uint64_t samples = 0) {
  DataSettings settings;
  settings.source = source;
  settings.samples = samples;
  settings.sequence = 20;  // of the adding problem
  return settings;
}

inline std::unique_ptr<const Dataset> open_generated(Source source, std::uint64_t seed,
                                                     std::uint64_t samples = 0) {
  return open_dataset(settings_for(source, samples), ".", seed);
}

}  // namespace plumb::data
