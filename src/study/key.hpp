// The keys of a study file. One entry of key_table() says all there is to say of a key; validation,
// sweeps, --set, labels, settings_json and the tables of docs/study-file.md walk the table.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "study/domain.hpp"
#include "study/study.hpp"

namespace plumb::study {

/// A key has an effect only under some values of another one.
struct Dependency {
  std::string on;                                 // the other key
  std::vector<std::string> values;                // of it, under which this one has an effect
  std::function<bool(const RunSettings&)> holds;  // whether this run has one of them

  /// "network.family = mlp or cnn"
  [[nodiscard]] std::string text() const;
};

struct Key {
  std::string name;  // "network.depth"
  Domain domain;
  std::function<void(RunSettings&, const Value&)> set;  // the value fits the domain
  std::function<Value(const RunSettings&)> get;         // of RunSettings{}: the default
  std::string help;                                     // sentences, in Markdown, with the unit
  std::vector<Dependency> dependencies;                 // all of them must hold

  [[nodiscard]] std::string table() const { return name.substr(0, name.find('.')); }
  [[nodiscard]] std::string short_name() const { return name.substr(name.find('.') + 1); }
  [[nodiscard]] bool takes_text() const;
  /// A list inside a sweep is one value of it.
  [[nodiscard]] bool takes_lists() const;
  /// A list is the value itself (steps) or makes no sense (the study's name).
  [[nodiscard]] bool is_swept() const;
};

/// Every key, in the contract's order. The order fixes the order of runs: never reorder.
const std::vector<Key>& key_table();

/// nullptr when there is no such key.
const Key* find_key(std::string_view name);

/// In the order of key_table(): "study", "network", ...
std::vector<std::string> table_names();

}  // namespace plumb::study
