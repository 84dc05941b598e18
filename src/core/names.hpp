// The names by which a study file, a command line or a result file calls the values of an
// enumeration. The table stands beside the enumeration and is found by argument-dependent lookup:
//
//   std::span<const core::Named<Loss>> enum_names(Loss);
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::core {

template <class E>
struct Named {
  E value;
  std::string_view name;
};

/// All values of an enumeration with their names, in the order in which users see them.
template <class E>
std::span<const Named<E>> names_of() {
  return enum_names(E{});
}

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

}  // namespace plumb::core
