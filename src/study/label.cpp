#include "study/label.hpp"

#include <fmt/format.h>

#include <set>

namespace plumb::study {

namespace {

/// 1e+16 becomes 1e16, data/train.csv becomes data_train.csv.
std::string file_name_safe(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    const bool kept = is_name_character(c) || c == '.';
    if (c != '+') safe += kept ? c : '_';
  }
  return safe;
}

bool is_in_every_label(const Key& key) {
  return key.name == "network.family" || key.name == "network.activation" ||
         key.name == "network.init" || key.name == "network.depth" || key.name == "network.width";
}

std::string part(const Key& key, const RunSettings& run) {
  const Value value = key.get(run);
  // weight_variance1.3, but source_teacher and residual_true: a word needs a gap before it.
  const bool word =
      std::holds_alternative<std::string>(value) || std::holds_alternative<bool>(value);
  const char* gap = word ? "_" : "";
  return "-" + key.short_name() + gap + file_name_safe(to_text(value));
}

/// Labels of mlp are older than the other families and stay as they were.
std::string family_part(net::Family family) {
  return family == net::Family::Mlp ? "" : core::name_of(family) + "-";
}

}  // namespace

std::string make_label(const RunSettings& run, const std::vector<Sweep>& sweeps) {
  std::string label = fmt::format(
      "{}{}-{}-{}x{}", family_part(run.network.family), core::name_of(run.network.activation),
      core::name_of(run.network.init), run.network.depth, run.network.width);
  for (const Sweep& sweep : sweeps) {
    if (sweep.varies() && !is_in_every_label(*sweep.key)) label += part(*sweep.key, run);
  }
  return label.substr(0, kLongestLabel);
}

void make_labels_unique(std::vector<RunSettings>& runs) {
  std::set<std::string> taken;
  for (RunSettings& run : runs) {
    const std::string suffix = fmt::format("-run{}", run.index);
    if (taken.count(run.label) > 0) {
      run.label = run.label.substr(0, kLongestLabel - suffix.size()) + suffix;
    }
    // A swept path may end in "-run7" itself.
    while (!taken.insert(run.label).second) run.label += "_";
  }
}

}  // namespace plumb::study
