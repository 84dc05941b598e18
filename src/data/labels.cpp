#include "data/labels.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>

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

std::vector<std::uint64_t> count_classes(std::span<const std::int32_t> of_samples,
                                         std::size_t classes) {
  std::vector<std::uint64_t> counts(classes);
  for (const std::int32_t c : of_samples) ++counts[static_cast<std::size_t>(c)];
  return counts;
}

std::vector<std::uint64_t> count_classes(std::span<const double> of_samples, std::size_t classes) {
  const std::vector<std::int32_t> whole(of_samples.begin(), of_samples.end());
  return count_classes(whole, classes);
}

}  // namespace plumb::data
