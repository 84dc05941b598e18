#include "bench/suite.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
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

void verify(const comm::Communicator& world, Case& subject, const std::string& name) {
  // Largest of (failed, -rank): did any rank fail, and which is the lowest?
  const bool failed = !subject.verify();
  std::array<std::int64_t, 2> worst = {failed ? 1 : 0, failed ? -world.rank() : -world.size()};
  world.max(std::span<std::int64_t>(worst));
  if (worst[0] == 0) return;
  throw core::AgreedError(core::ExitCode::VerificationFailed,
                          name + ": wrong result on rank " + std::to_string(-worst[1]) +
                              "; allowed: what the plain twin computes, up to rounding",
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

}  // namespace

void Suite::add(const Description& description, std::function<std::unique_ptr<Case>()> make) {
  const auto body = [&world = world_, description,
                     make = std::move(make)](benchmark::State& state) {
    const std::unique_ptr<Case> subject = make();
    verify(world, *subject, description.name);
    time(state, world, *subject);
    for (const Rate& rate : description.rates) {
      state.counters[rate.name] =
          benchmark::Counter(rate.amount, benchmark::Counter::kIsIterationInvariantRate);
    }
  };
  benchmark::RegisterBenchmark(description.name.c_str(), body)
      ->UseManualTime()
      ->Unit(benchmark::kMicrosecond)
      ->Iterations(iterations_for(options_, description.estimated_seconds));
}

}  // namespace plumb::bench
