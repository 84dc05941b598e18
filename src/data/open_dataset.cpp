#include <fmt/core.h>

#include "core/error.hpp"
#include "data/csv.hpp"
#include "data/dataset.hpp"
#include "data/generated.hpp"
#include "data/idx.hpp"

namespace plumb::data {
namespace {

constexpr core::Named<Source> kSources[] = {
    {Source::Shapes, "shapes"}, {Source::Teacher, "teacher"}, {Source::Spirals, "spirals"},
    {Source::Idx, "idx"},       {Source::Csv, "csv"},         {Source::Adding, "adding"}};

std::unique_ptr<const Generator> make_adding_of(std::size_t steps) {
  if (steps < 2) {
    throw core::UsageError(fmt::format(
        "network.depth = {}; 2 or more time steps are allowed with data.source = \"adding\"",
        steps));
  }
  return make_adding(steps);
}

std::unique_ptr<const Generator> make_generator(const DataSettings& settings, std::uint64_t seed) {
  if (settings.source == Source::Shapes) return make_shapes();
  if (settings.source == Source::Spirals) return make_spirals();
  if (settings.source == Source::Adding) return make_adding_of(settings.sequence);
  if (settings.inputs < 1) throw core::UsageError("data.inputs = 0; 1 or more are allowed");
  if (settings.classes < 2) {
    throw core::UsageError(
        fmt::format("data.classes = {}; 2 or more are allowed", settings.classes));
  }
  return make_teacher(settings.inputs, settings.classes, seed);
}

/// Absolute paths stay as they are.
std::filesystem::path data_file(const std::filesystem::path& data_dir, const std::string& path) {
  return path.empty() ? std::filesystem::path{} : data_dir / path;
}

void need_path(const DataSettings& settings, const char* meaning) {
  if (settings.path.empty()) {
    throw core::UsageError(fmt::format("data.path is not given; {} is needed", meaning));
  }
}

}  // namespace

std::span<const core::Named<Source>> enum_names(Source) { return kSources; }

std::unique_ptr<const Dataset> open_dataset(const DataSettings& settings,
                                            const std::filesystem::path& data_dir,
                                            std::uint64_t seed) {
  if (settings.source == Source::Idx) {
    need_path(settings, "a folder with the IDX files of MNIST's names");
    return open_idx(data_file(data_dir, settings.path), settings.samples);
  }
  if (settings.source == Source::Csv) {
    need_path(settings, "a CSV file with the class last");
    return open_csv(data_file(data_dir, settings.path), data_file(data_dir, settings.test_path),
                    settings.samples);
  }
  return std::make_unique<GeneratedDataset>(make_generator(settings, seed), seed, settings.samples);
}

}  // namespace plumb::data
