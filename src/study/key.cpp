#include "study/key.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace plumb::study {

std::string Dependency::text() const {
  return fmt::format("{} = {}", on, fmt::join(values, " or "));
}

bool Key::takes_text() const {
  return std::holds_alternative<Choice>(domain) || std::holds_alternative<Identifier>(domain) ||
         std::holds_alternative<Text>(domain) || std::holds_alternative<ColumnNames>(domain);
}

bool Key::takes_lists() const { return std::holds_alternative<LayerWidths>(domain); }

bool Key::is_swept() const {
  const auto* columns = std::get_if<ColumnNames>(&domain);
  if (columns != nullptr && columns->several) return false;
  return !std::holds_alternative<Identifier>(domain) &&
         !std::holds_alternative<StepNumbers>(domain);
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

}  // namespace plumb::study
