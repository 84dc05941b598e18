// Verify, then time, on all ranks at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "comm/communicator.hpp"

namespace benchmark {
class State;
}

namespace plumb::bench {

struct Options {
  std::optional<std::int64_t> iterations;  // of every benchmark, in place of its own number
  std::size_t threads = 1;                 // per rank, for the training step
};

/// One benchmark with its data, built anew for each repetition. Both calls are made on all ranks.
class Case {
 public:
  Case() = default;
  Case(const Case&) = delete;
  Case& operator=(const Case&) = delete;
  virtual ~Case() = default;
  /// Does this rank's result agree with the reference implementation's? Also the warm-up.
  virtual bool verify() = 0;
  /// What is timed.
  virtual void run() = 0;
};

/// Several things timed in turn, round after round, so that whatever disturbs the machine disturbs
/// all of them alike. All calls are made on all ranks.
class Comparison {
 public:
  /// A number to show.
  struct Finding {
    std::string name;
    double value;
  };

  Comparison() = default;
  Comparison(const Comparison&) = delete;
  Comparison& operator=(const Comparison&) = delete;
  virtual ~Comparison() = default;
  /// Like Case::verify.
  virtual bool verify() = 0;
  /// One round: this rank's seconds for each part, each timed from a barrier on.
  virtual std::vector<double> round() = 0;
  /// What follows from the medians over rounds of the slowest rank's seconds for each part.
  [[nodiscard]] virtual std::vector<Finding> findings(const std::vector<double>& medians) const = 0;
};

/// Work of one timed call, shown per second: {"GFLOP/s", 1.5} when a call does 1.5 GFLOP.
struct Rate {
  std::string name;
  double amount;
};

struct Description {
  std::string name;
  double
      estimated_seconds;  // of one call or round; sets the number of iterations, so that it is the
                          // same on all ranks (each would otherwise choose its own, and hang)
  std::vector<Rate> rates;
};

/// Hands benchmarks to Google Benchmark. A call's time is the slowest rank's, after a barrier.
class Suite {
 public:
  /// Both must outlive the benchmarks' run.
  Suite(const comm::Communicator& world, const Options& options)
      : world_(world), options_(options) {}
  [[nodiscard]] const comm::Communicator& world() const noexcept { return world_; }
  [[nodiscard]] const Options& options() const noexcept { return options_; }

  /// While it runs, throws core::AgreedError(VerificationFailed) on all ranks when verify() fails.
  void add(const Description& description, std::function<std::unique_ptr<Case>()> make);
  /// The same for rounds: the time shown is that of a whole round, the findings are counters. Rates
  /// are not used.
  void add_comparison(const Description& description,
                      std::function<std::unique_ptr<Comparison>()> make);

 private:
  void register_benchmark(const Description& description,
                          std::function<void(benchmark::State&)> body) const;

  const comm::Communicator& world_;
  const Options& options_;
};

// The benchmarks, by file.
void add_gemm(Suite& suite);
void add_activations(Suite& suite);
void add_updates(Suite& suite);
void add_kernels(Suite& suite);
void add_allreduce(Suite& suite);
void add_allreduce_contests(Suite& suite);
void add_allreduce_overlap(Suite& suite);
void add_training_step(Suite& suite);

/// In the order they run. A new file of benchmarks is one line above and one entry here.
inline constexpr void (*kBenchmarks[])(Suite&) = {
    add_gemm,      add_activations,        add_updates,           add_kernels,
    add_allreduce, add_allreduce_contests, add_allreduce_overlap, add_training_step};

}  // namespace plumb::bench
