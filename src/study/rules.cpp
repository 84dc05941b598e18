#include "study/rules.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "study/expansion.hpp"

namespace plumb::study {

namespace {

/// Every combination of the values of some keys, the first key varying slowest; of all other keys
/// the first value.
class Combinations {
 public:
  Combinations(const std::vector<Sweep>& sweeps, const std::vector<std::string>& keys)
      : sweeps_(sweeps) {
    for (const std::string& key : keys) varied_.push_back(&sweep_of(sweeps, key));
    for (const Sweep& sweep : sweeps) sweep.key->set(first_, sweep.values.front().value);
  }

  /// Whether `test` holds for one of them.
  template <class Test>
  [[nodiscard]] bool any(Test&& test) const {
    return any_from(0, first_, test);
  }

 private:
  template <class Test>
  bool any_from(std::size_t key, const RunSettings& chosen, Test& test) const {
    RunSettings run = chosen;
    if (key == varied_.size()) {
      resolve(run, sweeps_);
      return test(run);
    }
    for (const SweptValue& item : varied_[key]->values) {
      varied_[key]->key->set(run, item.value);
      if (any_from(key + 1, run, test)) return true;
    }
    return false;
  }

  const std::vector<Sweep>& sweeps_;
  std::vector<const Sweep*> varied_;
  RunSettings first_;
};

/// The value among those of the sweep that the run has.
const SweptValue& value_in(const Sweep& sweep, const RunSettings& run) {
  const Value value = sweep.key->get(run);
  for (const SweptValue& item : sweep.values) {
    if (item.value == value) return item;
  }
  return sweep.values.front();  // resolved to what nobody wrote
}

[[noreturn]] void refuse(const Rule& rule, const std::vector<Sweep>& sweeps,
                         const RunSettings& run) {
  const SweptValue& value = value_in(sweep_of(sweeps, rule.key), run);
  throw core::UsageError(rule.message({rule, sweeps, run, value}));
}

/// No run may break the rule.
void check_every_run(const Rule& rule, const std::vector<Sweep>& sweeps) {
  std::vector<std::string> keys{rule.key};
  keys.insert(keys.end(), rule.others.begin(), rule.others.end());
  (void)Combinations(sweeps, keys).any([&](const RunSettings& run) {
    if (!rule.holds(run)) refuse(rule, sweeps, run);
    return false;
  });
}

/// Each value of the key needs a run that keeps the rule.
void check_some_run(const Rule& rule, const std::vector<Sweep>& sweeps) {
  const Sweep& sweep = sweep_of(sweeps, rule.key);
  const Combinations others(sweeps, rule.others);
  for (const SweptValue& item : sweep.values) {
    RunSettings last;
    const auto holds = [&](RunSettings& run) {
      sweep.key->set(run, item.value);
      resolve(run, sweeps);
      last = run;
      return rule.holds(run);
    };
    if (!others.any(holds)) refuse(rule, sweeps, last);
  }
}

bool has_effect(const Dependency& dependency, const std::vector<Sweep>& sweeps) {
  return Combinations(sweeps, {dependency.on}).any(dependency.holds);
}

void drop_if_ineffective(const Key& key, const Dependency& dependency, std::vector<Sweep>& sweeps) {
  if (!sweep_of(sweeps, dependency.on).overridden || has_effect(dependency, sweeps)) return;
  for (Sweep& sweep : sweeps) {
    if (sweep.key == &key && !sweep.overridden) sweep = default_sweep(key);
  }
}

/// Widths of --set that say the depth leave none to the file.
void drop_depth_beside_widths(std::vector<Sweep>& sweeps) {
  const Sweep& width = sweep_of(sweeps, "network.width");
  const bool all_lists =
      std::all_of(width.values.begin(), width.values.end(), [](const SweptValue& item) {
        return std::holds_alternative<std::vector<std::int64_t>>(item.value);
      });
  if (!width.overridden || !all_lists) return;
  for (Sweep& sweep : sweeps) {
    if (sweep.key->name == "network.depth" && !sweep.overridden) sweep = default_sweep(*sweep.key);
  }
}

}  // namespace

const Sweep& Breach::sweep() const { return study::sweep_of(sweeps, rule.key); }

const Sweep& Breach::sweep_of(std::string_view key) const { return study::sweep_of(sweeps, key); }

const SweptValue& Breach::value_of(std::string_view key) const {
  return value_in(sweep_of(key), run);
}

void drop_ineffective_lines(std::vector<Sweep>& sweeps) {
  drop_depth_beside_widths(sweeps);
  for (const Key& key : key_table()) {
    for (const Dependency& dependency : key.dependencies) {
      drop_if_ineffective(key, dependency, sweeps);
    }
  }
}

void check_rules(const std::vector<Sweep>& sweeps) {
  for (const Rule& rule : rules()) {
    if (rule.default_gives_way && !sweep_of(sweeps, rule.key).is_given()) continue;
    switch (rule.demand) {
      case Rule::Demand::EveryRun:
        check_every_run(rule, sweeps);
        break;
      case Rule::Demand::SomeRun:
        check_some_run(rule, sweeps);
        break;
    }
  }
}

}  // namespace plumb::study
