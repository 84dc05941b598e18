#include "study/expansion.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

#include "core/error.hpp"
#include "net/families/family.hpp"

namespace plumb::study {

namespace {

constexpr double kMostRuns = 100'000;

/// Run number `index` of the product: the last key varies fastest, so its digit comes first.
RunSettings pick_run(const std::vector<Sweep>& sweeps, std::size_t index) {
  RunSettings run;
  run.index = index;
  for (auto sweep = sweeps.rbegin(); sweep != sweeps.rend(); ++sweep) {
    const std::size_t count = sweep->values.size();
    sweep->key->set(run, sweep->values[index % count].value);
    index /= count;
  }
  return run;
}

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

/// "128", "512-256-128", or of many layers "512-to-16".
std::string width_part(const net::NetworkSettings& network) {
  constexpr std::size_t kMostShown = 6;
  const std::vector<std::size_t>& widths = network.widths;
  if (widths.empty()) return fmt::format("{}", network.width);
  if (widths.size() > kMostShown) return fmt::format("{}-to-{}", widths.front(), widths.back());
  return fmt::format("{}", fmt::join(widths, "-"));
}

}  // namespace

void check_run_count(const std::vector<Sweep>& sweeps) {
  double runs = 1;  // a double cannot wrap around
  std::vector<std::string> factors;
  const Sweep* longest = &sweeps.front();
  for (const Sweep& sweep : sweeps) {
    runs *= static_cast<double>(sweep.values.size());
    if (!sweep.varies()) continue;
    factors.push_back(fmt::format("{} {}", sweep.values.size(), sweep.key->name));
    if (sweep.values.size() > longest->values.size()) longest = &sweep;
  }
  if (runs <= kMostRuns) return;
  throw core::UsageError(fmt::format("{}: the study has {} runs ({}); allowed: at most {}",
                                     longest->where, runs, fmt::join(factors, " x "), kMostRuns));
}

void resolve(RunSettings& run, const std::vector<Sweep>& sweeps) {
  if (!run.network.widths.empty() && !sweep_of(sweeps, "network.depth").is_given()) {
    run.network.depth = run.network.widths.size();
  }
  const data::SourceInfo& source = data::info_of(run.data.source);
  if (source.is_sequence()) run.data.sequence = run.network.depth;
  const bool loss_given = sweep_of(sweeps, "train.loss").is_given();
  const bool predicts_values =
      source.regression == data::Has::Always || run.data.task == data::Task::Regression;
  if (predicts_values && !loss_given) {
    run.train.loss = net::Loss::MeanSquaredError;
  }
}

std::string make_label(const RunSettings& run, const std::vector<Sweep>& sweeps) {
  std::string label =
      fmt::format("{}{}-{}-{}x{}", net::recipe_of(run.network.family).label_prefix,
                  core::name_of(run.network.activation), core::name_of(run.network.init),
                  run.network.depth, width_part(run.network));
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

std::vector<std::string> hints(const std::vector<Sweep>& sweeps) {
  const Sweep& width = sweep_of(sweeps, "network.width");
  const Sweep& depth = sweep_of(sweeps, "network.depth");
  RunSettings first;
  for (const Sweep& sweep : sweeps) sweep.key->set(first, sweep.values.front().value);
  const bool one_width_each = width.varies() && depth.is_given() && !depth.varies() &&
                              first.network.depth == width.values.size() &&
                              !net::recipe_of(first.network.family).reads_sequences;
  for (const SweptValue& item : width.values) {
    if (!one_width_each || !std::holds_alternative<std::int64_t>(item.value)) return {};
  }
  const std::string list = fmt::format("{}", fmt::join(texts(width), ", "));
  return {fmt::format(
      "{}: network.width = [{}] is a sweep of {} networks, each with {} layers of one width; one "
      "network whose layers have these widths is network.width = [[{}]]",
      width.where, list, width.values.size(), first.network.depth, list)};
}

std::vector<RunSettings> expand(const std::vector<Sweep>& sweeps) {
  std::size_t count = 1;
  for (const Sweep& sweep : sweeps) count *= sweep.values.size();
  std::vector<RunSettings> runs;
  runs.reserve(count);
  for (std::size_t index = 0; index < count; ++index) {
    runs.push_back(pick_run(sweeps, index));
    resolve(runs.back(), sweeps);
    runs.back().label = make_label(runs.back(), sweeps);
  }
  make_labels_unique(runs);
  return runs;
}

}  // namespace plumb::study
