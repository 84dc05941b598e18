#include "bench/suite.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <span>
#include <utility>

#include "core/clock.hpp"
#include "core/error.hpp"

namespace plumb::bench {
namespace {

constexpr double kSecondsPerBenchmark = 0.3;

std::int64_t iterations_for(const Options& options, double seconds_per_call) {
  if (options.iterations) return *options.iterations;
  const auto wanted = static_cast<std::int64_t>(kSecondsPerBenchmark / seconds_per_call);
  return std::clamp<std::int64_t>(wanted, 5, 2000);
}

void agree(const comm::Communicator& world, bool failed, const std::string& name) {
  // Largest of (failed, -rank): did any rank fail, and which is the lowest?
  std::array<std::int64_t, 2> worst = {failed ? 1 : 0, failed ? -world.rank() : -world.size()};
  world.max(std::span<std::int64_t>(worst));
  if (worst[0] == 0) return;
  throw core::AgreedError(
      core::ExitCode::VerificationFailed,
      name + ": wrong result on rank " + std::to_string(-worst[1]) +
          "; allowed: what the reference implementation computes, up to rounding",
      world.rank() == 0);
}

void time(benchmark::State& state, const comm::Communicator& world, Case& subject) {
  for ([[maybe_unused]] const auto iteration : state) {
    world.barrier();
    const core::Stopwatch watch;
    subject.run();
    double seconds = watch.elapsed();
    world.max(std::span(&seconds, 1));
    state.SetIterationTime(seconds);
  }
}

/// The slowest rank's seconds, by part and then by round.
std::vector<std::vector<double>> time_rounds(benchmark::State& state,
                                             const comm::Communicator& world, Comparison& subject) {
  std::vector<std::vector<double>> times;
  for ([[maybe_unused]] const auto iteration : state) {
    std::vector<double> seconds = subject.round();
    world.max(std::span(seconds));
    state.SetIterationTime(std::accumulate(seconds.begin(), seconds.end(), 0.0));
    times.resize(seconds.size());
    for (std::size_t part = 0; part < seconds.size(); ++part) times[part].push_back(seconds[part]);
  }
  return times;
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

}  // namespace

void Suite::register_benchmark(const Description& description,
                               std::function<void(benchmark::State&)> body) const {
  benchmark::RegisterBenchmark(description.name.c_str(), std::move(body))
      ->UseManualTime()
      ->Unit(benchmark::kMicrosecond)
      ->Iterations(iterations_for(options_, description.estimated_seconds));
}

void Suite::add(const Description& description, std::function<std::unique_ptr<Case>()> make) {
  const auto body = [&world = world_, description,
                     make = std::move(make)](benchmark::State& state) {
    const std::unique_ptr<Case> subject = make();
    agree(world, !subject->verify(), description.name);
    time(state, world, *subject);
    for (const Rate& rate : description.rates) {
      state.counters[rate.name] =
          benchmark::Counter(rate.amount, benchmark::Counter::kIsIterationInvariantRate);
    }
  };
  register_benchmark(description, body);
}

void Suite::add_comparison(const Description& description,
                           std::function<std::unique_ptr<Comparison>()> make) {
  const auto body = [&world = world_, name = description.name,
                     make = std::move(make)](benchmark::State& state) {
    const std::unique_ptr<Comparison> subject = make();
    agree(world, !subject->verify(), name);
    std::vector<double> medians;
    for (auto& times : time_rounds(state, world, *subject)) {
      medians.push_back(median(std::move(times)));
    }
    for (const auto& [what, value] : subject->findings(medians)) state.counters[what] = value;
  };
  register_benchmark(description, body);
}

}  // namespace plumb::bench
