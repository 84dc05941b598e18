#include "study/bare_word.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "study/domain.hpp"

namespace plumb::study {
namespace {

/// Bytes of other alphabets included.
bool begins_word(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '/' || c == '.' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool ends_token(char c) {
  return std::string_view(" \t\r\n,[]{}#\"'=").find(c) != std::string_view::npos;
}

bool is_toml_word(const std::string& word) {
  constexpr std::array<std::string_view, 4> words = {"true", "false", "nan", "inf"};
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

std::string bare_word(const std::string& value) {
  for (std::size_t i = 0; i < value.size();) {
    const char c = value[i];
    if (c == '#') break;
    if (c == '"' || c == '\'') {
      const std::size_t end = value.find(c, i + 1);
      if (end == std::string::npos) break;
      i = end + 1;
      continue;
    }
    if (ends_token(c)) {
      ++i;
      continue;
    }
    const auto from = value.begin() + static_cast<std::ptrdiff_t>(i);
    std::string token(from, std::find_if(from, value.end(), ends_token));
    if (begins_word(token[0]) && !is_toml_word(token)) return token;
    i += token.size();
  }
  return {};
}

std::string quotes_hint(const std::string& value) {
  const std::string word = bare_word(value);
  return word.empty() ? "" : fmt::format("; a text needs quotes: \"{}\"", printable(word));
}

}  // namespace plumb::study
