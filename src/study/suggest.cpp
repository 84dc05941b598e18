#include "study/suggest.hpp"

#include <algorithm>

namespace plumb::study {

namespace {

bool begins(std::string_view shorter, std::string_view longer) {
  return shorter.size() >= 4 && longer.starts_with(shorter);
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  const std::size_t columns = b.size() + 1;
  std::vector<std::size_t> table((a.size() + 1) * columns);
  const auto at = [&](std::size_t i, std::size_t j) -> std::size_t& {
    return table[i * columns + j];
  };
  for (std::size_t i = 0; i <= a.size(); ++i) at(i, 0) = i;
  for (std::size_t j = 0; j <= b.size(); ++j) at(0, j) = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = at(i - 1, j - 1) + (a[i - 1] == b[j - 1] ? 0 : 1);
      at(i, j) = std::min({at(i - 1, j) + 1, at(i, j - 1) + 1, substituted});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) at(i, j) = std::min(at(i, j), at(i - 2, j - 2) + 1);
    }
  }
  return at(a.size(), b.size());
}

std::string nearest(std::string_view word, const std::vector<std::string>& known) {
  constexpr std::size_t kLongest = 64;  // nobody means a known word by more letters than that
  if (word.size() > kLongest) return "";
  std::string best;
  std::size_t least = kLongest;
  for (const std::string& candidate : known) {
    std::size_t distance = edit_distance(word, candidate);
    const bool near_enough = distance * 3 <= std::max(word.size(), candidate.size());
    const bool beginning = begins(word, candidate) || begins(candidate, word);
    if ((near_enough || beginning) && distance < least) {
      best = candidate;
      least = distance;
    }
  }
  return best;
}

}  // namespace plumb::study
