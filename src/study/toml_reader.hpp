// The only place that knows toml++.
#pragma once

#include <string>
#include <vector>

#include "study/value.hpp"

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

/// One value, e.g. `[4, 8]`. Every `where` in it is the one given.
/// Throws core::UsageError "WHERE: not a TOML value: ...".
Written read_toml_value(const std::string& text, const std::string& where);

/// The text as a TOML string, quoted and checked to be UTF-8 without control characters.
/// Throws like read_toml_value.
Written read_bare_text(const std::string& text, const std::string& where);

}  // namespace plumb::study
