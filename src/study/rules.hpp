// The rules between keys, in one list: values that fit their keys and make no sense together.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "study/study.hpp"
#include "study/sweep.hpp"

namespace plumb::study {

struct Rule;

/// Values of the keys of a rule that break it: what its message is made of.
struct Breach {
  const Rule& rule;
  const std::vector<Sweep>& sweeps;
  const RunSettings& run;
  const SweptValue& value;  // of rule.key in this run

  [[nodiscard]] const Sweep& sweep() const;  // of rule.key
  [[nodiscard]] const Sweep& sweep_of(std::string_view key) const;
  /// Another key's value in this run.
  [[nodiscard]] const SweptValue& value_of(std::string_view key) const;
};

/// A rule reads the resolved run. It sees nothing of it but the keys it names, so it is tried on
/// every combination of their values in place of every run of the product.
struct Rule {
  enum class Demand {
    EveryRun,  // must keep the rule
    SomeRun    // one run for each value of `key` is enough
  };
  std::string key;                  // the one to change
  std::vector<std::string> others;  // which it is read together with
  Demand demand = Demand::EveryRun;
  std::function<bool(const RunSettings&)> holds;
  std::function<std::string(const Breach&)> message;  // "WHERE: what is wrong; what is allowed"
  bool default_gives_way = true;                      // not checked where nobody wrote `key`
};

/// Those of the dependencies of keys first, then the others, in the order in which they are
/// checked.
const std::vector<Rule>& rules();

/// Lines that an override left without effect (data.path below --set data.source=shapes) go back
/// to their defaults, so that --set never needs a file to be edited first.
void drop_ineffective_lines(std::vector<Sweep>& sweeps);

/// Throws core::UsageError with the message of the first rule that is broken. A key that no run
/// uses is an error, so that nobody believes to have measured what was never used.
void check_rules(const std::vector<Sweep>& sweeps);

}  // namespace plumb::study
