#include "study/sweep.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <stdexcept>

#include "core/error.hpp"

namespace plumb::study {

namespace {

void refuse_duplicates(const Sweep& sweep) {
  std::set<Value> seen;
  for (const SweptValue& item : sweep.values) {
    if (!seen.insert(item.value).second) {
      throw core::UsageError(fmt::format("{}: {} holds {} twice; allowed: different values",
                                         item.where, sweep.key->name,
                                         printable(to_text(item.value))));
    }
  }
}

std::vector<SweptValue> checked_list(const Key& key, const Written::List& list) {
  std::vector<SweptValue> values;
  for (const Written& element : list) {
    if (std::holds_alternative<Written::List>(element.value) && !key.takes_lists()) {
      throw core::UsageError(
          fmt::format("{}: {} holds a list inside its list; allowed: {}, or one "
                      "list of such values",
                      element.where, key.name, allowed_values(key.domain)));
    }
    values.push_back({check_value(key.name, key.domain, element), element.where});
  }
  return values;
}

}  // namespace

Sweep default_sweep(const Key& key) { return {&key, {{key.get(RunSettings{}), ""}}, "", false}; }

Sweep checked_sweep(const Key& key, const WrittenKey& written) {
  const auto* list = std::get_if<Written::List>(&written.value.value);
  if (list == nullptr || !key.is_swept()) {
    return {&key,
            {{check_value(key.name, key.domain, written.value), written.where}},
            written.where,
            false};
  }
  if (list->empty()) {
    throw core::UsageError(
        fmt::format("{}: {} = [] is a sweep of zero runs; allowed: {}, or a "
                    "list of at least one such value",
                    written.where, key.name, allowed_values(key.domain)));
  }
  Sweep sweep{&key, checked_list(key, *list), written.where, false};
  refuse_duplicates(sweep);
  return sweep;
}

std::vector<std::string> texts(const Sweep& sweep) {
  std::vector<std::string> all;
  for (const SweptValue& item : sweep.values) all.push_back(printable(to_text(item.value)));
  return all;
}

std::string origin(const std::string& where) {
  return fmt::format(" ({})", where.empty() ? "the default" : where);
}

const Sweep& sweep_of(const std::vector<Sweep>& sweeps, std::string_view key) {
  const auto found = std::find_if(sweeps.begin(), sweeps.end(),
                                  [&](const Sweep& sweep) { return sweep.key->name == key; });
  if (found == sweeps.end()) throw std::logic_error("no such key: " + std::string(key));
  return *found;
}

}  // namespace plumb::study
