#include "study/domain.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/error.hpp"
#include "study/name.hpp"
#include "study/suggest.hpp"

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
  std::string operator()(const LayerWidths& widths) const {
    return (*this)(widths.range) + ", or one for each hidden layer as in [[512, 256, 128]]";
  }
  std::string operator()(const Choice& choice) const {
    return fmt::format("{}{}", choice.names.size() > 1 ? "one of " : "",
                       fmt::join(choice.names, ", "));
  }
  std::string operator()(const Identifier&) const {
    return "1 to 100 letters, digits, \"-\" and \"_\"";
  }
  std::string operator()(const Text&) const { return "a string"; }
  std::string operator()(const ColumnNames& columns) const {
    return columns.several ? "a list of columns, each by name or number (from 1)"
                           : "a column by name or number (from 1), first or last";
  }
  std::string operator()(const StepNumbers&) const {
    return "a list of different integers >= 0 and below train.steps";
  }
};

struct Describe {
  std::string operator()(std::int64_t value) const { return fmt::format("the integer {}", value); }
  std::string operator()(double value) const { return fmt::format("the float {:#}", value); }
  std::string operator()(bool value) const { return fmt::format("the boolean {}", value); }
  std::string operator()(const std::string& value) const {
    return fmt::format("the string \"{}\"", printable(value));
  }
  std::string operator()(const Written::List&) const { return "a list"; }
  std::string operator()(const Written::Unsupported& value) const { return value.what; }
};

bool inside(const RealRange& range, double value) {
  if (!std::isfinite(value)) return false;
  const bool low =
      range.low_end == RealRange::Low::Included ? value >= range.low : value > range.low;
  return low && value <= range.high;
}

/// Checks one written value against one kind of domain.
class Check {
 public:
  Check(const std::string& key, const Domain& domain, const Written& written)
      : key_(key), domain_(domain), written_(written) {}

  Value operator()(const IntegerRange& range) const {
    const std::int64_t value = as_integer();
    if (value < range.low || value > range.high) out_of_range(value);
    if (range.odd && value % 2 == 0) refuse(fmt::format("= {} is even", value));
    return value;
  }

  Value operator()(const RealRange& range) const {
    if (!is_number()) wrong_type("a number");
    const double value = as_number();
    if (!inside(range, value)) out_of_range(value);
    return value + 0.0;  // -0 becomes 0
  }

  Value operator()(const Flag&) const {
    const auto* value = std::get_if<bool>(&written_.value);
    if (value == nullptr) wrong_type("a boolean");
    return *value;
  }

  Value operator()(const NumberOrWord& either) const {
    if (is_number()) return (*this)(either.range);
    if (!std::holds_alternative<std::string>(written_.value)) wrong_type("a number or a word");
    return (*this)(Choice{{either.word}});
  }

  Value operator()(const LayerWidths& widths) const {
    const auto* list = std::get_if<Written::List>(&written_.value);
    if (list == nullptr) return (*this)(widths.range);
    if (list->empty() || list->size() > widths.most_layers) {
      refuse(fmt::format("holds the widths of {} layers", list->size()));
    }
    std::vector<std::int64_t> layers;
    for (const Written& element : *list) {
      layers.push_back(std::get<std::int64_t>(Check(key_, domain_, element)(widths.range)));
    }
    return layers;
  }

  Value operator()(const Choice& choice) const {
    const std::string& word = as_string();
    if (std::find(choice.names.begin(), choice.names.end(), word) != choice.names.end()) {
      return word;
    }
    const std::string meant = nearest(word, choice.names);
    refuse(fmt::format("= \"{}\" is unknown", printable(word)),
           meant.empty() ? "" : fmt::format("did you mean \"{}\"? ", meant));
  }

  Value operator()(const Identifier&) const {
    const std::string& text = as_string();
    if (!is_name(text)) {
      refuse(fmt::format("= \"{}\" cannot be part of a file name", printable(text)));
    }
    return text;
  }

  Value operator()(const Text&) const { return as_string(); }

  Value operator()(const ColumnNames& columns) const {
    const auto* list = std::get_if<Written::List>(&written_.value);
    if (list == nullptr || !columns.several) return as_column();
    std::vector<std::string> names;
    for (const Written& element : *list) names.push_back(Check(key_, domain_, element).as_column());
    return fmt::format("{}", fmt::join(names, ", "));
  }

  Value operator()(const StepNumbers&) const {
    const auto* list = std::get_if<Written::List>(&written_.value);
    if (list == nullptr) wrong_type("a list of integers");
    std::set<std::int64_t> steps;
    for (const Written& element : *list) {
      const std::int64_t step = Check(key_, domain_, element).as_step();
      if (!steps.insert(step).second) {
        Check(key_, domain_, element).refuse(fmt::format("holds {} twice", step));
      }
    }
    return std::vector<std::int64_t>(steps.begin(), steps.end());
  }

 private:
  std::int64_t as_integer() const {
    const auto* value = std::get_if<std::int64_t>(&written_.value);
    if (value == nullptr) wrong_type("an integer");
    return *value;
  }

  std::int64_t as_step() const {
    const auto* value = std::get_if<std::int64_t>(&written_.value);
    if (value == nullptr || *value < 0) refuse("holds " + std::visit(Describe{}, written_.value));
    return *value;
  }

  std::string as_column() const {
    const auto* number = std::get_if<std::int64_t>(&written_.value);
    if (number != nullptr) return fmt::format("{}", *number);
    const auto* name = std::get_if<std::string>(&written_.value);
    if (name == nullptr) wrong_type("a column's name or number");
    return *name;
  }

  bool is_number() const {
    return std::holds_alternative<std::int64_t>(written_.value) ||
           std::holds_alternative<double>(written_.value);
  }

  double as_number() const {
    const auto* integer = std::get_if<std::int64_t>(&written_.value);
    return integer != nullptr ? static_cast<double>(*integer) : std::get<double>(written_.value);
  }

  const std::string& as_string() const {
    const auto* value = std::get_if<std::string>(&written_.value);
    if (value == nullptr) wrong_type("a string");
    return *value;
  }

  [[noreturn]] void wrong_type(const char* expected) const {
    refuse(fmt::format("must be {}, not {}", expected, std::visit(Describe{}, written_.value)));
  }

  template <class Number>
  [[noreturn]] void out_of_range(Number value) const {
    refuse(fmt::format("= {} is out of range", value));
  }

  [[noreturn]] void refuse(const std::string& wrong, const std::string& hint = "") const {
    throw core::UsageError(fmt::format("{}: {} {}; {}allowed: {}", written_.where, key_, wrong,
                                       hint, allowed_values(domain_)));
  }

  const std::string& key_;
  const Domain& domain_;
  const Written& written_;
};

struct AsText {
  std::string operator()(std::int64_t value) const { return fmt::format("{}", value); }
  std::string operator()(double value) const { return fmt::format("{}", value); }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(const std::string& value) const { return value; }
  std::string operator()(const std::vector<std::int64_t>& value) const {
    return fmt::format("[{}]", fmt::join(value, ", "));
  }
};

}  // namespace

std::string allowed_values(const Domain& domain) { return std::visit(Allowed{}, domain); }

Value check_value(const std::string& key, const Domain& domain, const Written& written) {
  return std::visit(Check(key, domain, written), domain);
}

std::string to_text(const Value& value) { return std::visit(AsText{}, value); }

std::string printable(const std::string& text, std::size_t longest) {
  std::string line = text.substr(0, longest);
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < ' ' || c == 127) c = ' ';
  }
  return text.size() > longest ? line + "..." : line;
}

bool is_name_character(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

}  // namespace plumb::study
