#include "data/whole_labels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.hpp"

namespace plumb::data {
namespace {

constexpr std::size_t kMostClasses = 65'536;
constexpr double kLargestLabel = 0x1p53;  // whole numbers up to here are exact in double
// So few are classes, however few the samples.
constexpr std::size_t kSurelyClasses = 20;

[[noreturn]] void fail(const std::string& where, const std::string& wrong,
                       const std::string& allowed) {
  throw core::IoError(fmt::format("{} {}; {}", where, wrong, allowed));
}

void check_classes(const Targets& train, const LabelMap& labels) {
  const auto [least, largest] = std::ranges::minmax(train.values);
  if (labels.size() < 2) {
    fail(train.where, fmt::format("is {} everywhere", least), "at least two classes are needed");
  }
  // Whole numbers with gaps, most of them seen hardly more than once, count or measure something.
  const bool has_gaps = largest - least + 1 > static_cast<double>(labels.size());
  const bool are_many = labels.size() > kSurelyClasses && labels.size() > train.values.size() / 10;
  if (labels.size() > kMostClasses || (has_gaps && are_many)) {
    fail(train.where,
         fmt::format("holds {} different whole numbers from {} to {} for {} samples, which look "
                     "like a measurement",
                     labels.size(), least, largest, train.values.size()),
         fmt::format("labels of at most {} classes are allowed", kMostClasses));
  }
}

void to_classes(const Targets& targets, const LabelMap& labels) {
  for (std::size_t i = 0; i < targets.values.size(); ++i) {
    const auto found = labels.find(targets.values[i]);
    if (!found) {
      fail(targets.where,
           fmt::format("holds {} at position {} (counted from 0)", targets.values[i], i),
           fmt::format("the labels of the training samples, {}, are allowed", labels.list()));
    }
    targets.values[i] = *found;
  }
}

}  // namespace

bool are_whole(const std::vector<double>& values) {
  return std::ranges::all_of(
      values, [](double v) { return v == std::floor(v) && std::abs(v) <= kLargestLabel; });
}

LabelMap map_whole_labels(const Targets& train, const Targets& test) {
  LabelMap labels = LabelMap::of_numbers(train.values);
  check_classes(train, labels);
  to_classes(train, labels);
  to_classes(test, labels);
  return labels;
}

}  // namespace plumb::data
