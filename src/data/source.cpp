#include "data/source.hpp"

#include <fmt/core.h>

#include <stdexcept>
#include <vector>

#include "core/error.hpp"
#include "data/transposed.hpp"

namespace plumb::data {
namespace {

constexpr const SourceInfo* kSources[] = {&kShapesSource, &kTeacherSource, &kSpiralsSource,
                                          &kIdxSource,    &kCsvSource,     &kHdf5Source,
                                          &kNpySource,    &kCifarSource,   &kAddingSource};

constexpr core::Named<Missing> kMissing[] = {
    {Missing::Error, "error"}, {Missing::Drop, "drop"}, {Missing::Mean, "mean"}};
constexpr core::Named<Scale> kScales[] = {{Scale::Standard, "standard"},
                                          {Scale::Range, "range"},
                                          {Scale::Magnitude, "magnitude"},
                                          {Scale::None, "none"}};
constexpr core::Named<Task> kTasks[] = {{Task::Classification, "classification"},
                                        {Task::Regression, "regression"}};

std::vector<core::Named<Source>> all_names() {
  std::vector<core::Named<Source>> names;
  for (const SourceInfo* info : kSources) names.push_back({info->source, info->name});
  return names;
}

/// Absolute paths stay as they are, and so do those that are not given.
std::string complete(const std::filesystem::path& data_dir, const std::string& path) {
  return path.empty() ? path : (data_dir / path).string();
}

}  // namespace

std::span<const core::Named<Source>> enum_names(Source) {
  static const std::vector<core::Named<Source>> names = all_names();
  return names;
}

std::span<const core::Named<Missing>> enum_names(Missing) { return kMissing; }
std::span<const core::Named<Scale>> enum_names(Scale) { return kScales; }
std::span<const core::Named<Task>> enum_names(Task) { return kTasks; }

std::span<const SourceInfo* const> sources() { return kSources; }

const SourceInfo& info_of(Source source) {
  for (const SourceInfo* info : kSources) {
    if (info->source == source) return *info;
  }
  throw std::logic_error("a data source without an entry in the table");
}

std::unique_ptr<const Dataset> open_dataset(const DataSettings& settings,
                                            const std::filesystem::path& data_dir,
                                            std::uint64_t seed) {
  const SourceInfo& info = info_of(settings.source);
  if (info.reads_files() && settings.path.empty()) {
    throw core::UsageError(
        fmt::format("data.source = {} needs data.path; allowed: {}", info.name, info.path));
  }
  DataSettings with_paths = settings;
  with_paths.path = complete(data_dir, settings.path);
  with_paths.test_path = complete(data_dir, settings.test_path);
  auto dataset = info.open(with_paths, seed);
  if (!settings.transpose) return dataset;
  if (!dataset->image()) {
    throw core::UsageError(
        fmt::format("data.transpose = true, but the samples of {} are no images; allowed: false",
                    settings.path.empty() ? info.name : settings.path));
  }
  return transposed(std::move(dataset));
}

std::uint64_t limited_samples(std::uint64_t wanted, std::uint64_t available,
                              const std::string& file) {
  if (wanted > available) {
    throw core::UsageError(fmt::format(
        "data.samples = {}, but {} holds {} training samples; 0 (all) to {} are allowed", wanted,
        file, available, available));
  }
  return wanted == 0 ? available : wanted;
}

}  // namespace plumb::data
