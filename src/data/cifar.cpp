// CIFAR-10's binary format: a folder with data_batch_1.bin ... data_batch_5.bin and, where it is,
// test_batch.bin. A record is the class (one byte) and three planes of 32 x 32 bytes, red, green
// and blue. CIFAR-100's train.bin and test.bin have two labels a record, of which the second one
// (of 100 classes) is read. A pixel is byte / 255.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "data/array_dataset.hpp"
#include "data/dataset.hpp"
#include "data/gz_file.hpp"
#include "data/source.hpp"

namespace plumb::data {
namespace {

constexpr Image kImage{32, 32, 3};
constexpr std::size_t kPixelBytes = std::size_t{32} * 32 * 3;

struct Format {
  std::string_view name;
  std::vector<std::string> training;
  std::string test;
  std::size_t label_bytes;  // the last one is the class
  std::size_t classes;
};

const std::array<Format, 2>& formats() {
  static const std::array<Format, 2> all = {
      {{"CIFAR-10",
        {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin",
         "data_batch_5.bin"},
        "test_batch.bin",
        1,
        10},
       {"CIFAR-100", {"train.bin"}, "test.bin", 2, 100}}};
  return all;
}

bool is_there(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

const Format& format_of(const std::filesystem::path& folder) {
  for (const Format& format : formats()) {
    for (const std::string& name : format.training) {
      if (is_there(folder / name)) return format;
    }
  }
  const char* pickled = is_there(folder / "data_batch_1") || is_there(folder / "train")
                            ? " but the files of the Python version"
                            : "";
  throw core::IoError(fmt::format(
      "{}: holds no data_batch_1.bin{}; the folder of CIFAR's binary version is needed, with "
      "data_batch_1.bin to data_batch_5.bin (or CIFAR-100's train.bin)",
      folder.string(), pickled));
}

/// "0", "1", ...: the files have no other names.
std::vector<std::string> numbered(std::size_t classes) {
  std::vector<std::string> names;
  for (std::size_t c = 0; c < classes; ++c) names.push_back(std::to_string(c));
  return names;
}

void check_label(const GzFile& file, std::size_t record, unsigned label, std::size_t classes) {
  if (label < classes) return;
  throw core::IoError(fmt::format("{}: class {} in record {} (counted from 0); 0 to {} are allowed",
                                  file.name(), label, record, classes - 1));
}

/// Appends the records of a file.
void read_records(const std::filesystem::path& path, const Format& format, ArraySplit& split) {
  GzFile file(path);
  std::vector<std::uint8_t> record(format.label_bytes + kPixelBytes);
  for (std::size_t count = 0;; ++count) {
    const std::size_t found = file.read(record);
    if (found == 0 && count > 0 && !file.ends_early()) return;
    if (found < record.size()) {
      throw core::IoError(fmt::format(
          "{}: ends after {} of the {} bytes of record {} (counted from 0); whole records of {} "
          "are needed",
          file.name(), found, record.size(), count, format.name));
    }
    const std::uint8_t label = record[format.label_bytes - 1];
    check_label(file, count, label, format.classes);
    const std::size_t before = split.bytes.size();
    split.bytes.resize(before + kPixelBytes);
    interleave<std::uint8_t>(kImage, std::span(record).subspan(format.label_bytes),
                             std::span(split.bytes).subspan(before));
    split.targets.push_back(label);
  }
}

std::unique_ptr<const Dataset> open(const DataSettings& settings, std::uint64_t /*seed*/) {
  const std::filesystem::path folder = settings.path;
  std::error_code ignored;
  if (!std::filesystem::is_directory(folder, ignored)) {
    throw core::IoError(fmt::format("{}: no such folder; data.path must name {}", folder.string(),
                                    kCifarSource.path));
  }
  const Format& format = format_of(folder);
  ArraySplit train;
  for (const std::string& name : format.training) read_records(folder / name, format, train);
  ArraySplit test;
  if (is_there(folder / format.test)) read_records(folder / format.test, format, test);
  train.keep_first(limited_samples(settings.samples, train.targets.size(), folder.string()),
                   kPixelBytes);
  return std::make_unique<ArrayDataset>(ArrayDescription{.source = kCifarSource.name,
                                                         .inputs = kPixelBytes,
                                                         .classes = format.classes,
                                                         .image = kImage,
                                                         .scale = 255,
                                                         .scaling = "bytes / 255",
                                                         .class_names = numbered(format.classes)},
                                        std::move(train), std::move(test));
}

}  // namespace

constinit const SourceInfo kCifarSource{
    .source = Source::Cifar,
    .name = "cifar",
    .path =
        "the folder with CIFAR-10's data_batch_1.bin ... data_batch_5.bin, or CIFAR-100's "
        "train.bin",
    .images = Has::Always,
    .test_split = Has::DependsOnFile,
    .open = open};

}  // namespace plumb::data
