#include "study/idle_pooling.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/error.hpp"

namespace plumb::study {

namespace {

std::int64_t integer(const SweptValue& item) { return std::get<std::int64_t>(item.value); }

bool is_smaller(const SweptValue& a, const SweptValue& b) { return integer(a) < integer(b); }

bool is_cnn(const SweptValue& family) { return to_text(family.value) == "cnn"; }

std::string depths(const Sweep& depth) {
  return fmt::format("network.depth is {}{}", fmt::join(texts(depth), ", "), origin(depth.where));
}

void check_written_distance(const SweptValue& every, const Sweep& depth, std::int64_t deepest) {
  if (integer(every) <= deepest) return;
  throw core::UsageError(
      fmt::format("{}: network.pool_every = {} has no effect, {}; allowed: an integer from 1 to {}",
                  every.where, integer(every), depths(depth), deepest));
}

/// The distance is nobody's wish here, and too long for any of the networks.
void check_written_pooling(const SweptValue& pooling, const SweptValue& every, const Sweep& depth) {
  const std::string kind = to_text(pooling.value);
  if (kind == "none") return;
  throw core::UsageError(
      fmt::format("{}: network.pooling = {} has no effect, network.pool_every is {}{} and {}; "
                  "allowed: none, or network.pool_every = 1",
                  pooling.where, kind, integer(every), origin(every.where), depths(depth)));
}

}  // namespace

void check_pooling(const std::vector<Sweep>& sweeps) {
  const auto& families = sweep_of(sweeps, "network.family").values;
  if (std::none_of(families.begin(), families.end(), is_cnn)) return;
  const Sweep& depth = sweep_of(sweeps, "network.depth");
  const std::int64_t deepest =
      integer(*std::max_element(depth.values.begin(), depth.values.end(), is_smaller));
  const Sweep& every = sweep_of(sweeps, "network.pool_every");
  const Sweep& pooling = sweep_of(sweeps, "network.pooling");
  if (every.is_given()) {
    for (const SweptValue& value : every.values) check_written_distance(value, depth, deepest);
  } else if (pooling.is_given() && integer(every.values.front()) > deepest) {
    for (const SweptValue& value : pooling.values) {
      check_written_pooling(value, every.values.front(), depth);
    }
  }
}

}  // namespace plumb::study
