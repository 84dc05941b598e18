// One key with the values it takes in a study: one, or a list that is swept.
#pragma once

#include <string>
#include <vector>

#include "study/domain.hpp"
#include "study/key.hpp"

namespace plumb::study {

struct SweptValue {
  Value value;
  std::string where;  // "FILE:LINE" or "--set KEY=VALUE"
};

struct Sweep {
  const Key* key = nullptr;
  std::vector<SweptValue> values;  // at least one
  std::string where;               // of the key; empty when nobody wrote it
  bool overridden = false;         // by --set

  [[nodiscard]] bool is_given() const { return !where.empty(); }
  [[nodiscard]] bool varies() const { return values.size() > 1; }
};

/// The key with its default.
Sweep default_sweep(const Key& key);

/// The key with what was written for it. Throws core::UsageError for a wrong type, a value out of
/// range, an empty list, a list in a list, and a value that stands twice.
Sweep checked_sweep(const Key& key, const WrittenKey& written);

/// All values, for messages.
std::vector<std::string> texts(const Sweep& sweep);

/// Where a value or key comes from, behind it in a message: " (study.toml:4)", " (the default)".
std::string origin(const std::string& where);

/// The entry of `sweeps`, which holds every key once, for this key.
const Sweep& sweep_of(const std::vector<Sweep>& sweeps, std::string_view key);

}  // namespace plumb::study
