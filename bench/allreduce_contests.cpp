// Two ways to sum, in turn: the tree against MPI_Allreduce, and exchanging whole vectors against
// halving and doubling them.
#include <fmt/format.h>

#include <limits>
#include <utility>

#include "bench/allreduce_methods.hpp"
#include "bench/rotating_buffers.hpp"
#include "bench/suite.hpp"
#include "core/clock.hpp"

namespace plumb::bench {
namespace {

constexpr std::size_t kKibi = 1024;
constexpr auto kWhole = math::NumberFormat::Float32;
constexpr double kEstimatedBytes = 2e9;  // per second, both together
constexpr double kEstimatedLatency = 2e-5;

/// A contestant's time is called NAME_us; the ratio is the first's over the second's.
struct Names {
  const char* first;
  const char* second;
};

class Contest final : public Comparison {
 public:
  Contest(const comm::Communicator& world, Names names, SumMethod first, SumMethod second,
          std::size_t bytes)
      : world_(world),
        names_(names),
        methods_{std::move(first), std::move(second)},
        buffers_(bytes / sizeof(float)) {}

  bool verify() override {
    const bool first = verified(world_, methods_[0], buffers_);
    return verified(world_, methods_[1], buffers_) && first;
  }

  /// Who goes first changes from round to round: going second means a warmer cache or another's
  /// late messages.
  std::vector<double> round() override {
    std::vector<double> seconds(2);
    for (const std::size_t turn : {leader_, 1 - leader_}) {
      const std::span<float> values = buffers_.next();
      world_.barrier();
      const core::Stopwatch watch;
      methods_[turn].sum(values);
      seconds[turn] = watch.elapsed();
    }
    leader_ = 1 - leader_;
    return seconds;
  }

  [[nodiscard]] std::vector<Finding> findings(const std::vector<double>& medians) const override {
    return {{fmt::format("{}_us", names_.first), medians[0] * 1e6},
            {fmt::format("{}_us", names_.second), medians[1] * 1e6},
            {fmt::format("{}_over_{}", names_.first, names_.second), medians[0] / medians[1]}};
  }

 private:
  const comm::Communicator& world_;
  Names names_;
  SumMethod methods_[2];
  RotatingBuffers buffers_;
  std::size_t leader_ = 0;
};

Description describe(const char* name, std::size_t bytes) {
  return {fmt::format("{}/{}", name, size_name(bytes)),
          kEstimatedLatency + static_cast<double>(bytes) / kEstimatedBytes,
          {}};
}

/// The tree as it runs, against MPI_Allreduce.
void add_ratio(Suite& suite, std::size_t bytes) {
  suite.add_comparison(describe("allreduce_ratio", bytes), [&world = suite.world(), bytes] {
    return std::make_unique<Contest>(world, Names{"tree", "mpi"}, tree_method(world),
                                     mpi_method(world), bytes);
  });
}

/// The tree's two schedules, each forced upon all sizes: where they are equally fast is where
/// comm::kExchangeBytes should be.
void add_crossover(Suite& suite, std::size_t bytes) {
  suite.add_comparison(describe("allreduce_crossover", bytes), [&world = suite.world(), bytes] {
    comm::TreeOptions exchange;
    exchange.exchange_bytes = std::numeric_limits<std::size_t>::max();
    comm::TreeOptions halving;
    halving.exchange_bytes = 0;
    return std::make_unique<Contest>(world, Names{"exchange", "halving"},
                                     tree_method(world, kWhole, exchange),
                                     tree_method(world, kWhole, halving), bytes);
  });
}

}  // namespace

/// Nothing to compare on one rank.
void add_allreduce_contests(Suite& suite) {
  if (suite.world().size() == 1) return;
  for (std::size_t bytes = 64 * kKibi; bytes <= 64 * kKibi * kKibi; bytes *= 4) {
    add_ratio(suite, bytes);
  }
  for (std::size_t bytes = kKibi; bytes <= kKibi * kKibi; bytes *= 2) add_crossover(suite, bytes);
}

}  // namespace plumb::bench
