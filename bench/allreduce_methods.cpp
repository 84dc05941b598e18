#include "bench/allreduce_methods.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "bench/numbers.hpp"
#include "train/settings.hpp"

namespace plumb::bench {
namespace {

using math::NumberFormat;

// Numbers repeat, which saves time on long vectors. A prime: whatever is cut at powers of two and
// put together wrongly does not fit.
constexpr std::size_t kPeriod = 65521;

/// Rank r's number i, in [-1, 1): any rank can compute anybody's.
float number(std::uint64_t rank, std::uint64_t i) {
  std::uint64_t h = (rank << 40 | i) * 0x9e3779b97f4a7c15U;
  h = (h ^ h >> 29) * 0xbf58476d1ce4e5b9U;
  return static_cast<float>(static_cast<std::int64_t>(h) >> 40) * 0x1p-23F;
}

float rounded(NumberFormat wire, float x) { return math::reference::rounded_to(wire, x); }

/// The definition: the aligned binary tree over `span` (a power of two) ranks from `first`.
float plain_tree(NumberFormat wire, std::size_t i, std::size_t first, std::size_t span,
                 std::size_t ranks) {
  if (span == 1) return number(first, i);
  const float left = plain_tree(wire, i, first, span / 2, ranks);
  const std::size_t middle = first + span / 2;
  if (middle >= ranks) return left;
  return rounded(wire, left) + rounded(wire, plain_tree(wire, i, middle, span / 2, ranks));
}

/// One period of sums. What a single rank keeps for itself is never rounded.
std::vector<float> plain_sums(const comm::Communicator& world, NumberFormat wire,
                              std::size_t count) {
  const auto ranks = static_cast<std::size_t>(world.size());
  std::vector<float> sums(std::min(count, kPeriod));
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const float root = plain_tree(wire, i, 0, std::bit_ceil(ranks), ranks);
    sums[i] = ranks > 1 ? rounded(wire, root) : root;
  }
  return sums;
}

/// Calls visit(piece) for each period of the values, and the rest.
template <class T, class Visit>
void for_each_period(std::span<T> values, const Visit& visit) {
  for (std::size_t i = 0; i < values.size(); i += kPeriod) {
    visit(values.subspan(i, std::min(kPeriod, values.size() - i)));
  }
}

}  // namespace

void fill_with_rank_numbers(const comm::Communicator& world, std::span<float> values) {
  std::vector<float> period(std::min(values.size(), kPeriod));
  for (std::size_t i = 0; i < period.size(); ++i) {
    period[i] = number(static_cast<std::uint64_t>(world.rank()), i);
  }
  for_each_period(values, [&](std::span<float> piece) {
    std::copy_n(period.begin(), piece.size(), piece.begin());
  });
}

bool has_tree_sum(const comm::Communicator& world, NumberFormat wire,
                  std::span<const float> values) {
  const std::vector<float> plain = plain_sums(world, wire, values.size());
  bool good = true;
  for_each_period(values, [&](std::span<const float> piece) {
    good = good && same_bits(piece, std::span(plain).first(piece.size()));
  });
  return good;
}

// P - 1 additions of numbers below 1, each of whose results is below P, on both sides.
bool is_near_sum(const comm::Communicator& world, std::span<const float> values) {
  const std::vector<float> plain = plain_sums(world, NumberFormat::Float32, values.size());
  const auto p = static_cast<float>(world.size());
  const float bound = p * p * std::numeric_limits<float>::epsilon();
  bool good = true;
  for_each_period(values, [&](std::span<const float> piece) {
    good = good && std::equal(piece.begin(), piece.end(), plain.begin(),
                              [&](float x, float y) { return std::abs(x - y) <= bound; });
  });
  return good;
}

SumMethod tree_method(const comm::Communicator& world, NumberFormat wire,
                      comm::TreeOptions options) {
  options.wire = train::wire_codec(wire);
  const auto tree = std::make_shared<comm::TreeAllreduce<float>>(world, std::move(options));
  return {
      [tree](std::span<float> values) { tree->sum(values); },
      [&world, wire](std::span<const float> values) { return has_tree_sum(world, wire, values); }};
}

SumMethod mpi_method(const comm::Communicator& world) {
  return {[&world](std::span<float> values) { world.mpi_sum(values); },
          [&world](std::span<const float> values) { return is_near_sum(world, values); }};
}

std::string size_name(std::size_t bytes) {
  return bytes < (std::size_t{1} << 20) ? fmt::format("{}KiB", bytes >> 10)
                                        : fmt::format("{}MiB", bytes >> 20);
}

}  // namespace plumb::bench
