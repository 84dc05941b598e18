// The keys of a study file, each described once: its name, what it may hold, and where it goes.
// Unknown-key detection, validation, sweeps, labels and settings_json all walk this one table.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "study/study.hpp"
#include "study/value.hpp"

namespace plumb::study {

struct IntegerRange {
  std::int64_t low = 0;
  std::int64_t high = std::numeric_limits<std::int64_t>::max();  // no limit
  bool odd = false;                                              // odd integers only
};

/// Up to `high` and including it.
struct RealRange {
  enum class Low { Included, Excluded };
  double low = 0;
  Low low_end = Low::Included;
  double high = 0;
};

struct Choice {
  std::vector<std::string> names;
};

/// true or false.
struct Flag {};

/// A number, or one word in its place.
struct NumberOrWord {
  RealRange range;
  std::string word;
};

/// Letters, digits, - and _.
struct Identifier {};

/// Any text: a path.
struct Text {};

/// A list of step numbers; the list is the value, so it is never swept.
struct StepList {};

using Domain =
    std::variant<IntegerRange, RealRange, Flag, Choice, NumberOrWord, Identifier, Text, StepList>;

struct Key {
  std::string name;  // "network.depth"
  Domain domain;
  std::function<void(RunSettings&, const Value&)> set;  // the value fits the domain
  std::function<Value(const RunSettings&)> get;

  [[nodiscard]] std::string table() const { return name.substr(0, name.find('.')); }
  [[nodiscard]] std::string short_name() const { return name.substr(name.find('.') + 1); }
  [[nodiscard]] bool takes_text() const;
  /// A list is the value itself (steps) or makes no sense (the study's name).
  [[nodiscard]] bool is_swept() const;
};

/// Every key, in the contract's order. The order fixes the order of runs: never reorder.
const std::vector<Key>& key_table();

/// nullptr when there is no such key.
const Key* find_key(std::string_view name);

/// In the order of key_table(): "study", "network", ...
std::vector<std::string> table_names();

/// "an integer from 1 to 10000", "a finite number > 0", "true or false", "one of tree, mpi".
std::string allowed_values(const Key& key);

}  // namespace plumb::study
