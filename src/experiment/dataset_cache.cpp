#include "experiment/dataset_cache.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "comm/agreement.hpp"
#include "core/error.hpp"
#include "data/dataset.hpp"

namespace plumb::experiment {
namespace {

std::string samples(const data::Dataset& dataset, data::Split split) {
  const std::optional<std::uint64_t> count = dataset.size(split);
  return count ? fmt::format("{}", *count) : "any number of";
}

/// where: the file or folder of this rank, or what is generated.
void require_same_data(const comm::Communicator& world, const std::string& where,
                       const data::Dataset& dataset) {
  comm::require_equal(
      world, {where + ": data:",
              fmt::format("{} training and {} test samples with fingerprint {:016x}",
                          samples(dataset, data::Split::Train), samples(dataset, data::Split::Test),
                          data::fingerprint(dataset)),
              "the same data on all ranks", core::ExitCode::InputOutput});
}

}  // namespace

DatasetCache::Key DatasetCache::key_of(const study::RunSettings& run) {
  // Files hold the same samples whatever the seed, which only chooses those that test.
  const bool is_drawn = !data::info_of(run.data.source).reads_files() || run.data.test_fraction > 0;
  return {run.data, is_drawn ? run.train.seed : 0};
}

const data::Dataset& DatasetCache::open(const study::RunSettings& run) {
  Key key = key_of(run);
  if (key_ != key) {
    key_.reset();
    dataset_.reset();  // before the next one takes memory
    compared_ = false;
    data::DataSettings found = run.data;
    found.path = data::find_file(folders_, run.data.path);
    found.test_path = data::find_file(folders_, run.data.test_path);
    dataset_ = data::open_dataset(found, {}, run.train.seed);
    key_ = std::move(key);
    ++opened_;
  }
  return *dataset_;
}

const data::Dataset& DatasetCache::open_on_all_ranks(const comm::Communicator& world,
                                                     const study::RunSettings& run) {
  comm::agree_on_failure(world, [&] { open(run); });
  // Equal studies open the same sets in the same order, so all ranks come here or none.
  if (!compared_) {
    const std::string& path = run.data.path;
    require_same_data(
        world, path.empty() ? std::string(dataset_->source()) : data::find_file(folders_, path),
        *dataset_);
    compared_ = true;
  }
  return *dataset_;
}

}  // namespace plumb::experiment
