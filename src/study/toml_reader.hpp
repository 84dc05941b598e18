// The only place that knows toml++.
#pragma once

#include <string>
#include <vector>

#include "study/domain.hpp"

namespace plumb::study {

/// A table of the file: its header's place and its keys. `name` is empty for the keys that stand
/// outside any table.
struct WrittenTable {
  std::string name;
  std::string where;
  std::vector<WrittenKey> keys;
};

/// The file's tables and keys in the order they are written.
/// Throws core::UsageError "FILE:LINE: not valid TOML: ..." for anything that is not TOML 1.0.
std::vector<WrittenTable> read_toml(const std::string& text, const std::string& file_name);

/// An argument of --set: "train.steps=50" as a key with its value; `where` is "--set
/// train.steps=50". The value is TOML; bare words, alone or in a list, are strings, and a key that
/// takes text takes anything that is not quoted or a list as text.
/// Throws core::UsageError for an argument without "=", an unknown key and a malformed value.
WrittenKey parse_override(const std::string& argument);

}  // namespace plumb::study
