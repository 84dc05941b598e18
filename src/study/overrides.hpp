// The arguments of --set.
#pragma once

#include <string>

#include "study/value.hpp"

namespace plumb::study {

/// "train.steps=50" as a key with its value; `where` is "--set train.steps=50". The value is TOML;
/// bare words, alone or in a list, are strings, and a key that takes text takes anything that is
/// not quoted or a list as text.
/// Throws core::UsageError for an argument without "=", an unknown key and a malformed value.
WrittenKey parse_override(const std::string& argument);

}  // namespace plumb::study
