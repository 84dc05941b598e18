#include "study/contradictions.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"

namespace plumb::study {

namespace {

/// None of `values` of `key` goes with any of `others` of `with`. A `key` that nobody wrote is left
/// alone: its default gives way.
struct Contradiction {
  std::string_view key;
  std::vector<std::string> values;
  std::string_view with;
  std::vector<std::string> others;
  std::string_view reason;
  std::string_view allowed;
};

const std::vector<Contradiction>& contradictions() {
  static const std::vector<Contradiction> table{
      {"network.depth",
       {"0"},
       "network.family",
       {"cnn", "rnn"},
       "only mlp can be an output layer alone",
       "an integer from 1 to 10000"},
      {"network.depth",
       {"1"},
       "data.source",
       {"adding"},
       "two time steps are added",
       "an integer from 2 to 10000"},
      {"network.init",
       {"identity"},
       "network.family",
       {"mlp", "cnn"},
       "it is for the square matrix between time steps",
       "identity only with network.family = rnn"},
      {"network.residual",
       {"true"},
       "network.family",
       {"rnn"},
       "its time steps are not skipped",
       "true only with network.family = mlp or cnn"},
      {"network.residual",
       {"true"},
       "network.depth",
       {"0", "1"},
       "skips begin at the second hidden layer",
       "true only with network.depth >= 2"},
      {"data.source",
       {"adding"},
       "network.family",
       {"mlp", "cnn"},
       "it is a sequence",
       "adding only with network.family = rnn"},
      {"data.source",
       {"teacher", "spirals"},
       "network.family",
       {"cnn"},
       "its samples are no images",
       "shapes, idx or csv with network.family = cnn"},
      {"train.loss",
       {"softmax_cross_entropy", "sigmoid_cross_entropy"},
       "data.source",
       {"adding"},
       "its target is a number, not a class",
       "mean_squared_error"},
      {"train.gradient_format",
       {"bfloat16", "float16"},
       "train.precision",
       {"float64"},
       "narrow formats are emulated in float32",
       "float32, or train.precision = float32"},
      {"allreduce.wire",
       {"bfloat16", "float16"},
       "train.precision",
       {"float64"},
       "narrow formats carry float32 gradients, float64 travels whole",
       "float32, or train.precision = float32"},
      {"allreduce.wire",
       {"bfloat16", "float16"},
       "allreduce.algorithm",
       {"mpi"},
       "MPI_Allreduce sends numbers as they are",
       "float32, or allreduce.algorithm = tree"},
  };
  return table;
}

bool is_one_of(const SweptValue& item, const std::vector<std::string>& names) {
  return std::find(names.begin(), names.end(), to_text(item.value)) != names.end();
}

void check_pair(const Contradiction& rule, const SweptValue& value, const SweptValue& other) {
  if (!is_one_of(value, rule.values) || !is_one_of(other, rule.others)) return;
  throw core::UsageError(fmt::format("{}: {} = {} does not go with {} = {}{}: {}; allowed: {}",
                                     value.where, rule.key, to_text(value.value), rule.with,
                                     to_text(other.value), origin(other.where), rule.reason,
                                     rule.allowed));
}

}  // namespace

void check_contradictions(const std::vector<Sweep>& sweeps) {
  for (const Contradiction& rule : contradictions()) {
    const Sweep& sweep = sweep_of(sweeps, rule.key);
    if (!sweep.is_given()) continue;
    for (const SweptValue& value : sweep.values) {
      for (const SweptValue& other : sweep_of(sweeps, rule.with).values) {
        check_pair(rule, value, other);
      }
    }
  }
}

}  // namespace plumb::study
