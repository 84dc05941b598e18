#include <nlohmann/json.hpp>

#include "study/key.hpp"

namespace plumb::study {

std::string settings_json(const RunSettings& run) {
  nlohmann::ordered_json settings = nlohmann::ordered_json::object();
  for (const Key& key : key_table()) {
    std::visit([&](const auto& value) { settings[key.name] = value; }, key.get(run));
  }
  return settings.dump();
}

}  // namespace plumb::study
