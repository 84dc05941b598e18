// The contract's names of every enumerator a study file can mention.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::study {

template <class E>
struct Named {
  E value;
  std::string_view name;
};

/// All values of an enumeration with their names, in the contract's order.
template <class E>
std::span<const Named<E>> names_of();

template <class E>
std::string name_of(E value) {
  for (const Named<E>& entry : names_of<E>()) {
    if (entry.value == value) return std::string(entry.name);
  }
  return "unknown";
}

/// `name` must be one of names_of<E>().
template <class E>
E value_of(std::string_view name) {
  for (const Named<E>& entry : names_of<E>()) {
    if (entry.name == name) return entry.value;
  }
  return names_of<E>().front().value;
}

template <class E>
std::vector<std::string> all_names() {
  std::vector<std::string> names;
  for (const Named<E>& entry : names_of<E>()) names.emplace_back(entry.name);
  return names;
}

}  // namespace plumb::study
