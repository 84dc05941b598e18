#include "study/name.hpp"

#include <locale.h>
#include <wctype.h>

#include <cstddef>
#include <string_view>

#include "study/domain.hpp"

namespace plumb::study {
namespace {

constexpr std::size_t kMostCharacters = 100;
constexpr std::size_t kMostBytes = 240;  // file systems take 255

struct Character {
  char32_t code = 0;
  std::size_t bytes = 0;  // 0: not UTF-8
};

/// The first character of a text that is not empty.
Character first_character(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return {lead, 1};
  const std::size_t bytes = lead >= 0xF0 ? 4 : (lead >= 0xE0 ? 3 : 2);
  if (lead < 0xC2 || lead > 0xF4 || text.size() < bytes) return {};
  char32_t code = lead & (0x7FU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xC0U) != 0x80U) return {};
    code = code << 6U | (next & 0x3FU);
  }
  return {code, bytes};
}

/// A letter or digit of any alphabet, whatever the user's language is.
bool is_letter(char32_t code) {
  static const locale_t unicode = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  constexpr char32_t kFirstAccent = 0x300;  // combining: a file name of macOS has e and its accent
  constexpr char32_t kLastAccent = 0x36F;
  if (code >= kFirstAccent && code <= kLastAccent) return true;
  return unicode != nullptr && ::iswalnum_l(static_cast<wint_t>(code), unicode) != 0;
}

bool belongs(Character character) {
  if (character.bytes == 1) return is_name_character(static_cast<char>(character.code));
  return character.bytes > 1 && is_letter(character.code);
}

}  // namespace

bool is_name(const std::string& text) { return !text.empty() && to_name(text) == text; }

std::string to_name(const std::string& text) {
  std::string name;
  std::size_t characters = 0;
  for (std::string_view rest = text; !rest.empty() && characters < kMostCharacters; ++characters) {
    const Character next = first_character(rest);
    const std::string_view bytes = rest.substr(0, next.bytes == 0 ? 1 : next.bytes);
    if (name.size() + bytes.size() > kMostBytes) break;
    name += belongs(next) ? bytes : "_";
    rest.remove_prefix(bytes.size());
  }
  return name;
}

}  // namespace plumb::study
