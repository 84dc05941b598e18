// The failure detector as long as no rank is lost: what ends a job is tried with the real
// program, tests/program/test_faults.py.
#include "watchdog/failure_detector.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "comm/communicator.hpp"
#include "world.hpp"

namespace plumb::watchdog {
namespace {

using namespace std::chrono_literals;

// More than a machine with too many ranks keeps one waiting, and a pause that is longer.
constexpr double kLimit = 3;
constexpr auto kPause = 4s;

Job job_of(const comm::Communicator& world) {
  Job job;
  job.rank = static_cast<std::size_t>(world.rank());
  for (int rank = 0; rank < world.size(); ++rank) job.names.push_back(world.name_of(rank));
  job.gather = [&world](const std::string& text) { return world.gather(text); };
  job.broadcast = [&world](std::string& text) { world.broadcast(text); };
  job.barrier = [&world] { world.barrier(); };
  job.bitwise_or = [&world](std::span<std::uint8_t> bytes) { world.bitwise_or(bytes); };
  return job;
}

void expect_silence(const std::string& message) { ADD_FAILURE() << message; }

TEST(failure_detector, reaches_every_rank) {
  const comm::Communicator& world = ::world();
  const FailureDetector detector(job_of(world), kLivenessSeconds, expect_silence);
  EXPECT_EQ(detector.unwatched(), "");
}

TEST(failure_detector, calls_nobody_unwatched_when_nobody_is_to_be_watched) {
  const comm::Communicator& world = ::world();
  FailureDetector detector(job_of(world), 0, expect_silence);
  EXPECT_EQ(detector.unwatched(), "");
  EXPECT_EQ(detector.probe_ranks(), "");
}

// Were one missed, its observer would end with exit code 3.
TEST(failure_detector, misses_nobody_who_finished) {
  const comm::Communicator& world = ::world();
  for (const int last : {0, world.size() - 1, 1}) {
    {
      const FailureDetector detector(job_of(world), kLimit, expect_silence);
      if (world.rank() == last) std::this_thread::sleep_for(kPause);
    }
    world.barrier();
  }
}

// MPI is waited in by the main thread, for longer than a silent rank would be given.
TEST(failure_detector, misses_nobody_whose_main_thread_is_busy) {
  const comm::Communicator& world = ::world();
  const FailureDetector detector(job_of(world), kLimit, expect_silence);
  const auto end = std::chrono::steady_clock::now() + kPause;
  while (world.rank() == 0 && std::chrono::steady_clock::now() < end) continue;
  world.barrier();
}

}  // namespace
}  // namespace plumb::watchdog
