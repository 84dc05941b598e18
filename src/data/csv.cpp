// Data sets in text files, one sample a line: a training file and, where one is given, a test file.
// What the files look like is found out (table/dialect.hpp); which column is the label and what
// becomes of the others is said by data.label, data.drop, data.missing and data.scale. Classes and
// scaling are those of the training file, or of its training part where data.test_fraction takes
// samples out of it to test; data.samples only changes how many are trained on.
#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

#include "core/error.hpp"
#include "core/random.hpp"
#include "data/source.hpp"
#include "data/table/scaling.hpp"
#include "data/table/table.hpp"
#include "data/table/targets.hpp"
#include "data/table/warnings.hpp"

namespace plumb::data {
namespace {

struct Part {
  std::vector<float> values;    // (samples, inputs)
  std::vector<double> targets;  // (samples)
};

/// What a summary says beside sizes.
struct Notes {
  std::string scaling;
  std::vector<std::string> warnings;
};

/// The file does not say whether its numbers are pixels; square ones are taken for such.
std::optional<Image> square_image(std::size_t inputs) {
  const auto side = static_cast<std::size_t>(std::lround(std::sqrt(inputs)));
  if (side * side != inputs) return std::nullopt;
  return Image{side, side};
}

class CsvDataset final : public Dataset {
 public:
  CsvDataset(std::size_t inputs, LabelMap classes, Part train, Part test, Notes notes)
      : inputs_(inputs),
        classes_(std::move(classes)),
        train_(std::move(train)),
        test_(std::move(test)),
        notes_(std::move(notes)) {}

  [[nodiscard]] std::string_view source() const override { return kCsvSource.name; }
  [[nodiscard]] std::size_t inputs() const override { return inputs_; }
  [[nodiscard]] std::size_t classes() const override {
    return is_regression() ? 1 : classes_.size();
  }
  [[nodiscard]] bool is_regression() const override { return classes_.size() == 0; }
  [[nodiscard]] std::optional<Image> image() const override { return square_image(inputs()); }
  [[nodiscard]] std::optional<std::uint64_t> size(Split split) const override {
    return part(split).targets.size();
  }

  double read(Split split, std::uint64_t index, std::span<float> x) const override {
    const Part& from = part(split);
    assert(index < from.targets.size() && x.size() == inputs());
    std::copy_n(from.values.data() + index * inputs(), inputs(), x.begin());
    return from.targets[index];
  }

  [[nodiscard]] DatasetSummary summary() const override {
    return {classes_.names(), notes_.scaling, notes_.warnings};
  }

 private:
  [[nodiscard]] const Part& part(Split split) const {
    return split == Split::Train ? train_ : test_;
  }

  std::size_t inputs_;
  LabelMap classes_;  // none: regression
  Part train_;
  Part test_;
  Notes notes_;
};

Table open_table(const std::string& path, const char* key, const DataSettings& settings,
                 const Columns* like = nullptr) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    throw core::IoError(
        fmt::format("{}: no such file; {} must name a CSV file, raw or gzip", path, key));
  }
  return read_table(path, settings, like);
}

/// Which samples test: the same share of any file, by a random number of each sample.
std::vector<bool> choose_test_samples(double share, std::size_t samples, std::uint64_t seed,
                                      const std::string& file) {
  const auto count = static_cast<std::size_t>(std::lround(share * static_cast<double>(samples)));
  if (count == 0 || count == samples) {
    throw core::UsageError(fmt::format(
        "data.test_fraction = {} of the {} samples of {} is {}; at least one to test and one to "
        "train on are needed",
        share, samples, file, count == 0 ? "none" : "all"));
  }
  std::vector<std::pair<std::uint64_t, std::size_t>> drawn(samples);
  for (std::size_t i = 0; i < samples; ++i) {
    drawn[i] = {core::RandomStream(seed, core::Purpose::TestSplit, i).next_u64(), i};
  }
  std::ranges::sort(drawn);
  std::vector<bool> tests(samples);
  for (std::size_t i = 0; i < count; ++i) tests[drawn[i].second] = true;
  return tests;
}

/// Moves the samples that test out of `train`, whose order stays.
Part take_out(const std::vector<bool>& tests, std::size_t inputs, Part& train) {
  Part rest;
  Part test;
  for (std::size_t i = 0; i < tests.size(); ++i) {
    Part& to = tests[i] ? test : rest;
    const auto first = train.values.begin() + static_cast<std::ptrdiff_t>(i * inputs);
    to.values.insert(to.values.end(), first, first + static_cast<std::ptrdiff_t>(inputs));
    to.targets.push_back(train.targets[i]);
  }
  train = std::move(rest);
  return test;
}

std::unique_ptr<const Dataset> open(const DataSettings& settings, std::uint64_t seed) {
  const bool predicts_values = settings.task == Task::Regression;
  const Table table = open_table(settings.path, "data.path", settings);
  const LabelMap classes = predicts_values ? LabelMap{} : find_classes(table);
  const auto part_of = [&](const Table& from) {
    return Part{from.values,
                predicts_values ? values_of(from) : classes_of(from, classes, table.file())};
  };
  Part train = part_of(table);
  Part test;
  if (!settings.test_path.empty()) {
    test = part_of(open_table(settings.test_path, "data.test_path", settings, &table.columns));
  } else if (settings.test_fraction > 0) {
    const auto tests =
        choose_test_samples(settings.test_fraction, table.rows(), seed, table.file());
    test = take_out(tests, table.inputs(), train);
  }
  const Scaling scaling(settings.scale, train.values, table.inputs());
  const std::size_t used = limited_samples(settings.samples, train.targets.size(), table.file());
  std::vector<std::string> warnings = column_warnings(table);
  if (predicts_values) add_target_warning(table.file(), train.targets, warnings);
  train.targets.resize(used);
  train.values.resize(used * table.inputs());
  scaling.apply(train.values);
  scaling.apply(test.values);
  return std::make_unique<CsvDataset>(table.inputs(), classes, std::move(train), std::move(test),
                                      Notes{scaling.describe(), std::move(warnings)});
}

}  // namespace

constinit const SourceInfo kCsvSource{.source = Source::Csv,
                                      .name = "csv",
                                      .path = "the file with the training samples, label last",
                                      .takes_test_path = true,
                                      .is_table = true,
                                      .images = Has::DependsOnFile,
                                      .regression = Has::DependsOnFile,
                                      .test_split = Has::Never,
                                      .open = open};

}  // namespace plumb::data
