#include "data/labels.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/error.hpp"

namespace plumb::data {
namespace {

template <class T>
std::vector<T> distinct(std::span<const T> values) {
  std::vector<T> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  return sorted;
}

template <class T, class U>
std::optional<std::int32_t> position(const std::vector<T>& sorted, const U& value) {
  const auto found = std::ranges::lower_bound(sorted, value, std::less<>());
  if (found == sorted.end() || *found != value) return std::nullopt;
  return static_cast<std::int32_t>(found - sorted.begin());
}

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

std::optional<double> to_number(std::string_view text) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
  }
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end || text.empty() || !std::isfinite(value)) {
    return std::nullopt;
  }
  return value;
}

LabelMap LabelMap::of_numbers(std::span<const double> labels) {
  LabelMap map;
  map.numbers_ = distinct(labels);
  // -0 and 0 are one label; which of them was kept must not depend on the order of the samples.
  for (double& number : map.numbers_) number += 0.0;
  for (const double number : map.numbers_) map.names_.push_back(fmt::format("{}", number));
  return map;
}

LabelMap LabelMap::of_texts(std::span<const std::string_view> labels) {
  const std::vector<std::string_view> texts = distinct(labels);
  std::vector<double> numbers;
  for (const std::string_view text : texts) {
    const std::optional<double> number = to_number(text);
    if (!number) break;
    numbers.push_back(*number);
  }
  if (numbers.size() == texts.size()) return of_numbers(numbers);
  LabelMap map;
  map.names_.assign(texts.begin(), texts.end());
  return map;
}

std::optional<std::int32_t> LabelMap::find(double label) const { return position(numbers_, label); }

std::optional<std::int32_t> LabelMap::find(std::string_view label) const {
  if (!is_numeric()) return position(names_, label);
  const std::optional<double> number = to_number(label);
  return number ? find(*number) : std::nullopt;
}

std::string LabelMap::list() const {
  constexpr std::size_t kShown = 10;
  if (size() <= kShown) return fmt::format("{}", fmt::join(names_, ", "));
  return fmt::format("{}, {}, {}, ..., {} ({} labels)", names_[0], names_[1], names_[2],
                     names_.back(), size());
}

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
