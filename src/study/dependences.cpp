#include "study/dependences.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/error.hpp"

namespace plumb::study {

namespace {

struct Dependence {
  std::string_view key;
  std::string_view on;
  std::vector<std::string> values;
};

const std::vector<Dependence>& dependences() {
  static const std::vector<Dependence> table{
      {"network.negative_slope", "network.activation", {"leaky_relu"}},
      {"network.weight_variance", "network.init", {"scaled"}},
      {"network.bias_variance", "network.init", {"scaled"}},
      {"network.residual", "network.family", {"mlp", "cnn"}},
      {"network.kernel", "network.family", {"cnn"}},
      {"network.pooling", "network.family", {"cnn"}},
      {"network.pool_every", "network.family", {"cnn"}},
      {"network.pool_every", "network.pooling", {"max", "average"}},
      {"network.recurrent_gain", "network.family", {"rnn"}},
      {"data.path", "data.source", {"idx", "csv"}},
      {"data.test_path", "data.source", {"csv"}},
      {"data.inputs", "data.source", {"teacher"}},
      {"data.classes", "data.source", {"teacher"}},
      {"train.momentum", "train.optimizer", {"sgd"}},
      {"train.beta1", "train.optimizer", {"adam"}},
      {"train.beta2", "train.optimizer", {"adam"}},
      {"train.epsilon", "train.optimizer", {"adam"}},
      {"record.buckets", "allreduce.algorithm", {"tree"}},
      {"allreduce.bucket_kib", "allreduce.algorithm", {"tree"}},
      {"allreduce.overlap", "allreduce.algorithm", {"tree"}},
      {"allreduce.wire", "allreduce.algorithm", {"tree"}}};
  return table;
}

bool has_effect(const Dependence& rule, const std::vector<Sweep>& sweeps) {
  const auto on = texts(sweep_of(sweeps, rule.on));
  return std::any_of(on.begin(), on.end(), [&](const std::string& value) {
    return std::find(rule.values.begin(), rule.values.end(), value) != rule.values.end();
  });
}

void check_dependence(const Dependence& rule, const std::vector<Sweep>& sweeps) {
  const Sweep& sweep = sweep_of(sweeps, rule.key);
  if (!sweep.is_given() || has_effect(rule, sweeps)) return;
  const Sweep& on = sweep_of(sweeps, rule.on);
  throw core::UsageError(fmt::format("{}: {} has no effect, {} is {}{}; allowed: only with {} = {}",
                                     sweep.where, rule.key, rule.on, fmt::join(texts(on), ", "),
                                     origin(on.where), rule.on, fmt::join(rule.values, " or ")));
}

}  // namespace

void drop_moot_lines(std::vector<Sweep>& sweeps) {
  for (const Dependence& rule : dependences()) {
    if (!sweep_of(sweeps, rule.on).overridden || has_effect(rule, sweeps)) continue;
    for (Sweep& sweep : sweeps) {
      if (sweep.key->name == rule.key && !sweep.overridden) sweep = default_sweep(*sweep.key);
    }
  }
}

void check_dependences(const std::vector<Sweep>& sweeps) {
  for (const Dependence& rule : dependences()) check_dependence(rule, sweeps);
}

}  // namespace plumb::study
