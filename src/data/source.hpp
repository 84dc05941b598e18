// Where samples come from: the values of data.source. One more source is an enumerator and a
// declaration here, a line of the table in source.cpp, and a file of its own that defines the
// entry.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/names.hpp"
#include "data/dataset.hpp"

namespace plumb::data {

enum class Source { Shapes, Teacher, Spirals, Idx, Csv, Hdf5, Npy, Cifar, Adding };

std::span<const core::Named<Source>> enum_names(Source);

/// Tables: what becomes of missing values.
enum class Missing { Error, Drop, Mean };
/// Tables: how inputs are scaled; standard and range column by column, magnitude all by one number.
enum class Scale { Standard, Range, Magnitude, None };
/// Tables: whether labels are classes or values.
enum class Task { Classification, Regression };

std::span<const core::Named<Missing>> enum_names(Missing);
std::span<const core::Named<Scale>> enum_names(Scale);
std::span<const core::Named<Task>> enum_names(Task);

struct DataSettings {
  Source source = Source::Shapes;
  std::string path;            // see SourceInfo::path
  std::string test_path;       // file of the test split
  std::uint64_t samples = 0;   // use the first so many training samples; 0 = all (or endless)
  std::size_t inputs = 784;    // input features per sample, where the source takes a size
  std::size_t classes = 10;    // the same for classes
  bool transpose = false;      // exchange rows and columns of images
  std::size_t sequence = 0;    // time steps, the network's depth, where the source is a sequence
  std::string label = "last";  // of a table: the column with the label
  std::string drop;            // columns to leave out, separated by commas
  Missing missing = Missing::Error;
  Scale scale = Scale::Standard;
  double test_fraction = 0;  // share of the samples that test
  Task task = Task::Classification;
  friend bool operator==(const DataSettings&, const DataSettings&) = default;
};

/// Whether data sets of a source have a property.
enum class Has { Never, DependsOnFile, Always };

/// All that the rest of the program knows of one source.
struct SourceInfo {
  Source source;
  std::string_view name;         // the value of data.source
  std::string_view path{};       // what data.path must name; empty: generated, takes no path
  bool takes_test_path = false;  // data.test_path
  bool is_table = false;         // data.label, data.drop, ...: samples in named columns
  bool takes_size = false;       // data.inputs and data.classes
  std::size_t fewest_steps = 0;  // of a sequence, a time step per layer; 0: no sequence
  Has images = Has::Never;       // Dataset::image()
  Has regression = Has::Never;   // Dataset::is_regression()
  Has test_split = Has::Always;  // without data.test_path
  /// Paths in the settings are complete. `seed` steers generated data only.
  std::unique_ptr<const Dataset> (*open)(const DataSettings& settings, std::uint64_t seed);

  [[nodiscard]] bool reads_files() const noexcept { return !path.empty(); }
  [[nodiscard]] bool is_sequence() const noexcept { return fewest_steps > 0; }
};

// Each is defined in the file of its name.
extern const SourceInfo kShapesSource;
extern const SourceInfo kTeacherSource;
extern const SourceInfo kSpiralsSource;
extern const SourceInfo kIdxSource;
extern const SourceInfo kCsvSource;
extern const SourceInfo kHdf5Source;
extern const SourceInfo kNpySource;
extern const SourceInfo kCifarSource;
extern const SourceInfo kAddingSource;

/// All sources, in the order in which users see them.
std::span<const SourceInfo* const> sources();

const SourceInfo& info_of(Source source);

/// Opens or sets up a data set. Relative paths are looked up in data_dir. `seed` steers generated
/// data only. Generated data with settings.samples > 0 is a fixed set of that many samples.
/// Throws core::IoError "FILE: what is wrong; what is allowed" for files that cannot be used and
/// core::UsageError for settings that make no sense (samples beyond the file).
std::unique_ptr<const Dataset> open_dataset(const DataSettings& settings,
                                            const std::filesystem::path& data_dir,
                                            std::uint64_t seed);

/// data.samples, applied to what a file holds: how many samples to use, all for wanted = 0. Throws
/// core::UsageError when there are fewer.
std::uint64_t limited_samples(std::uint64_t wanted, std::uint64_t available,
                              const std::string& file);

}  // namespace plumb::data
