#include "data/facts.hpp"

#include <algorithm>
#include <cmath>

namespace plumb::data {
namespace {

/// Mean and spread of numbers that come one by one (Welford 1962).
class Spread {
 public:
  void add(double value) {
    ++count_;
    const double off = value - mean_;
    mean_ += off / static_cast<double>(count_);
    squares_ += off * (value - mean_);
  }
  [[nodiscard]] double variance() const {
    return count_ == 0 ? 0 : squares_ / static_cast<double>(count_);
  }

 private:
  std::uint64_t count_ = 0;
  double mean_ = 0;
  double squares_ = 0;
};

// Only data that is drawn has an endless test split.
bool is_drawn(const Dataset& dataset) { return !dataset.size(Split::Test); }

std::uint64_t samples_to_read(const Dataset& dataset) {
  const std::uint64_t all = dataset.size(Split::Train).value_or(~std::uint64_t{0});
  if (!is_drawn(dataset)) return all;
  if (!dataset.is_regression()) return 0;
  return std::min<std::uint64_t>(all, std::max<std::uint64_t>(1, kDrawnNumbers / dataset.inputs()));
}

void note_columns(const std::vector<Spread>& columns, DataFacts& facts) {
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const double spread = std::sqrt(columns[c].variance());
    if (!(spread > 0)) continue;
    if (facts.narrowest == 0 || spread < facts.narrowest) {
      facts.narrowest = spread;
      facts.narrowest_column = c;
    }
    if (spread > facts.widest) {
      facts.widest = spread;
      facts.widest_column = c;
    }
  }
}

}  // namespace

std::vector<std::size_t> DataFacts::classes_without_samples() const {
  std::vector<std::size_t> empty;
  for (std::size_t k = 0; k < class_counts.size(); ++k) {
    if (class_counts[k] == 0) empty.push_back(k);
  }
  return empty;
}

std::vector<double> DataFacts::frequencies(std::size_t classes) const {
  std::uint64_t samples = 0;
  for (const std::uint64_t count : class_counts) samples += count;
  if (samples == 0) return std::vector<double>(classes, 1 / static_cast<double>(classes));
  std::vector<double> shares;
  for (const std::uint64_t count : class_counts) {
    shares.push_back(static_cast<double>(count) / static_cast<double>(samples));
  }
  return shares;
}

DataFacts look_at(const Dataset& dataset) {
  DataFacts facts;
  const std::uint64_t samples = samples_to_read(dataset);
  const bool counts = samples > 0 && !dataset.is_regression();
  const bool has_columns = !is_drawn(dataset) && !dataset.image();
  if (counts) facts.class_counts.assign(dataset.classes(), 0);
  std::vector<float> x(dataset.inputs());
  std::vector<Spread> columns(has_columns ? dataset.inputs() : 0);
  Spread targets;
  double previous = -1;
  facts.sorted_by_class = counts;
  for (std::uint64_t i = 0; i < samples; ++i) {
    const double target = dataset.read(Split::Train, i, x);
    for (std::size_t c = 0; c < columns.size(); ++c) columns[c].add(x[c]);
    if (counts) {
      std::uint64_t& count = facts.class_counts.at(static_cast<std::size_t>(target));
      // A class that comes back after another one.
      if (target != previous && count > 0) facts.sorted_by_class = false;
      ++count;
      previous = target;
    } else {
      targets.add(target);
    }
  }
  if (!counts) facts.target_variance = targets.variance();
  note_columns(columns, facts);
  return facts;
}

}  // namespace plumb::data
