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

/// A data set has no more classes than this.
inline constexpr std::size_t kMostClasses = 65'536;

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

/// The targets of a split and where they are from, for messages: "FILE: it" or "FILE: /y".
struct Targets {
  std::string where;
  std::vector<double>& values;  // (samples)
};

/// Replaces each label by its class. Labels may begin at any number and leave others out; those of
/// `train` are whole numbers, `test` may be empty.
/// Throws core::IoError "WHERE ...; what is allowed" for a single class, for more than 65536, for
/// what looks like a measurement, and for test labels that no training sample has.
LabelMap map_whole_labels(const Targets& train, const Targets& test);

/// Whether all are whole numbers that a label may be.
bool are_whole(const std::vector<double>& values);

}  // namespace plumb::data
