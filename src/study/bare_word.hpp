// Words that stand without quotes where TOML wants a text.
#pragma once

#include <string>

namespace plumb::study {

/// The first word without quotes in a TOML value, such as relu in "[4, relu]"; empty when there is
/// none. true, false, nan, inf, numbers, dates and what is in quotes or a comment are none.
std::string bare_word(const std::string& value);

/// "; a text needs quotes: \"relu\"" where there is one, to follow a message; else empty.
std::string quotes_hint(const std::string& value);

}  // namespace plumb::study
