// The data sets of a study's runs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "comm/communicator.hpp"
#include "data/find_file.hpp"
#include "data/source.hpp"
#include "study/study.hpp"

namespace plumb::experiment {

/// Opens each data set once, and keeps the last one only: data sets can be large.
class DatasetCache {
 public:
  /// folders: where relative paths are looked for.
  explicit DatasetCache(data::SearchFolders folders) : folders_(std::move(folders)) {}

  /// The set of this run, which lives until another one is opened. Throws what data::open_dataset()
  /// throws, and then holds none.
  const data::Dataset& open(const study::RunSettings& run);
  /// Collective: the same, and when the set was not the last one already its contents are compared
  /// over ranks. Throws core::AgreedError, with exit code 3 where contents differ.
  const data::Dataset& open_on_all_ranks(const comm::Communicator& world,
                                         const study::RunSettings& run);
  /// Whether open() would find this run's set open already.
  [[nodiscard]] bool holds(const study::RunSettings& run) const { return key_ == key_of(run); }
  /// Sets opened so far: tells whether open() gave another one than before.
  [[nodiscard]] std::size_t opened() const noexcept { return opened_; }

 private:
  /// What a data set depends on.
  struct Key {
    data::DataSettings settings;
    std::uint64_t seed = 0;
    friend bool operator==(const Key&, const Key&) = default;
  };

  static Key key_of(const study::RunSettings& run);

  data::SearchFolders folders_;
  std::optional<Key> key_;  // of dataset_
  std::unique_ptr<const data::Dataset> dataset_;
  bool compared_ = false;  // over ranks
  std::size_t opened_ = 0;
};

}  // namespace plumb::experiment
