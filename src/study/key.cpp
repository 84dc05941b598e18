#include "study/key.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace plumb::study {

namespace {

struct Allowed {
  std::string operator()(const IntegerRange& range) const {
    const char* what = range.odd ? "an odd integer" : "an integer";
    if (range.high == IntegerRange{}.high) return fmt::format("{} >= {}", what, range.low);
    return fmt::format("{} from {} to {}", what, range.low, range.high);
  }
  std::string operator()(const RealRange& range) const {
    const char* low = range.low_end == RealRange::Low::Included ? ">=" : ">";
    return fmt::format("a finite number {} {} and <= {}", low, range.low, range.high);
  }
  std::string operator()(const Flag&) const { return "true or false"; }
  std::string operator()(const NumberOrWord& either) const {
    return fmt::format("{}, or {}", (*this)(either.range), either.word);
  }
  std::string operator()(const Choice& choice) const {
    return fmt::format("{}{}", choice.names.size() > 1 ? "one of " : "",
                       fmt::join(choice.names, ", "));
  }
  std::string operator()(const Identifier&) const {
    return "1 to 100 letters, digits, \"-\" and \"_\"";
  }
  std::string operator()(const Text&) const { return "a string"; }
  std::string operator()(const StepList&) const {
    return "a list of different integers >= 0 and below train.steps";
  }
};

}  // namespace

bool Key::takes_text() const {
  return std::holds_alternative<Choice>(domain) || std::holds_alternative<Identifier>(domain) ||
         std::holds_alternative<Text>(domain);
}

bool Key::is_swept() const {
  return !std::holds_alternative<Identifier>(domain) && !std::holds_alternative<StepList>(domain);
}

const Key* find_key(std::string_view name) {
  const auto& table = key_table();
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const Key& key) { return key.name == name; });
  return found == table.end() ? nullptr : &*found;
}

std::vector<std::string> table_names() {
  std::vector<std::string> names;
  for (const Key& key : key_table()) {
    if (names.empty() || names.back() != key.table()) names.push_back(key.table());
  }
  return names;
}

std::string allowed_values(const Key& key) { return std::visit(Allowed{}, key.domain); }

}  // namespace plumb::study
