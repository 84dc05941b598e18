// Labels as they stand in files (names, integers from any start, +1 and -1, 1.0) and the classes
// 0, 1, ... that they are trained as.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::data {

/// A finite number, with or without a sign in front; nullopt for anything else.
std::optional<double> to_number(std::string_view text);

/// The distinct labels in sorted order: as numbers where all of them are numbers, else as bytes.
/// Class k is the k-th of them.
class LabelMap {
 public:
  LabelMap() = default;
  [[nodiscard]] static LabelMap of_numbers(std::span<const double> labels);
  [[nodiscard]] static LabelMap of_texts(std::span<const std::string_view> labels);

  [[nodiscard]] std::size_t size() const noexcept { return names_.size(); }
  /// The labels as text, a number in the shortest form that gives it back ("1" for 1.0).
  [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }
  [[nodiscard]] bool is_numeric() const noexcept { return !numbers_.empty(); }

  /// The class of a label; nullopt when it is none of them.
  [[nodiscard]] std::optional<std::int32_t> find(double label) const;
  [[nodiscard]] std::optional<std::int32_t> find(std::string_view label) const;

  /// The labels for messages: "Alba, Bruna, Clara", or "0, 1, 2, ..., 36 (37 labels)".
  [[nodiscard]] std::string list() const;

 private:
  std::vector<double> numbers_;  // sorted; empty: labels are names
  std::vector<std::string> names_;
};

/// How many samples there are of each class.
std::vector<std::uint64_t> count_classes(std::span<const std::int32_t> of_samples,
                                         std::size_t classes);
/// The same of classes as Dataset::read() returns them.
std::vector<std::uint64_t> count_classes(std::span<const double> of_samples, std::size_t classes);

}  // namespace plumb::data
