#include "study/combinations.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/error.hpp"
#include "study/contradictions.hpp"
#include "study/dependences.hpp"
#include "study/idle_pooling.hpp"

namespace plumb::study {

namespace {

constexpr double kMostRuns = 100'000;

std::int64_t integer(const SweptValue& item) { return std::get<std::int64_t>(item.value); }

void check_batch(const SweptValue& batch, const SweptValue& slice) {
  const std::int64_t samples = integer(batch);
  const std::int64_t unit = integer(slice);
  if (samples % unit == 0) return;
  const std::int64_t above = (samples / unit + 1) * unit;
  const std::string below = above > unit ? fmt::format("{} or ", above - unit) : "";
  // The line to change is the one the user wrote; the batch when both are theirs.
  const std::string& where = batch.where.empty() ? slice.where : batch.where;
  throw core::UsageError(fmt::format(
      "{}: train.batch = {}{} is not a multiple of train.slice = {}{}; allowed: a multiple of {}, "
      "such as {}{}",
      where, samples, batch.where.empty() ? origin("") : "", unit,
      slice.where == where ? "" : origin(slice.where), unit, below, above));
}

void check_batches(const std::vector<Sweep>& sweeps) {
  for (const SweptValue& batch : sweep_of(sweeps, "train.batch").values) {
    for (const SweptValue& slice : sweep_of(sweeps, "train.slice").values) {
      check_batch(batch, slice);
    }
  }
}

void check_snapshots(const std::vector<Sweep>& sweeps) {
  const auto& snapshots = sweep_of(sweeps, "record.snapshot_steps").values.front();
  const auto& steps = std::get<std::vector<std::int64_t>>(snapshots.value);
  if (steps.empty()) return;
  const auto& lengths = sweep_of(sweeps, "train.steps").values;
  const SweptValue& shortest = *std::min_element(
      lengths.begin(), lengths.end(),
      [](const SweptValue& a, const SweptValue& b) { return integer(a) < integer(b); });
  if (steps.back() < integer(shortest)) return;
  throw core::UsageError(fmt::format(
      "{}: record.snapshot_steps holds {}, train.steps is {}{}; allowed: integers from 0 to {}",
      snapshots.where, steps.back(), integer(shortest), origin(shortest.where),
      integer(shortest) - 1));
}

void check_path_is_there(const std::vector<Sweep>& sweeps) {
  const Sweep& path = sweep_of(sweeps, "data.path");
  const auto paths = texts(path);
  if (std::find(paths.begin(), paths.end(), "") == paths.end()) return;
  for (const SweptValue& source : sweep_of(sweeps, "data.source").values) {
    const std::string name = to_text(source.value);
    if (name != "idx" && name != "csv") continue;
    const char* what = name == "idx" ? "the folder with the four MNIST-named files"
                                     : "the file with the training samples, label last";
    throw core::UsageError(fmt::format("{}: data.source = {} needs data.path; allowed: {}",
                                       path.is_given() ? path.where : source.where, name, what));
  }
}

/// Only csv without a test file has no test split at all.
void check_test_data(const std::vector<Sweep>& sweeps) {
  const Sweep& every = sweep_of(sweeps, "train.evaluate_every");
  const auto is_zero = [](const SweptValue& item) { return integer(item) == 0; };
  const bool asked = !std::all_of(every.values.begin(), every.values.end(), is_zero);
  const bool csv_only = texts(sweep_of(sweeps, "data.source")) == std::vector<std::string>{"csv"};
  const auto tests = texts(sweep_of(sweeps, "data.test_path"));
  if (!asked || !csv_only || tests != std::vector<std::string>{""}) return;
  throw core::UsageError(
      fmt::format("{}: train.evaluate_every needs test data, which data.source "
                  "= csv has only in a data.test_path; allowed: 0",
                  every.where));
}

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

}  // namespace

void check_combinations(const std::vector<Sweep>& sweeps) {
  check_run_count(sweeps);
  check_dependences(sweeps);
  check_contradictions(sweeps);
  check_pooling(sweeps);
  check_batches(sweeps);
  check_snapshots(sweeps);
  check_path_is_there(sweeps);
  check_test_data(sweeps);
}

}  // namespace plumb::study
