// The watch over the ranks, as long as nobody is lost: what ends a job is tried with the real
// program, tests/program/test_faults.py.
#include "comm/liveness.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "world.hpp"

namespace plumb::comm {
namespace {

using namespace std::chrono_literals;

// More than a machine with too many ranks keeps one waiting, and a pause that is longer.
constexpr double kLimit = 3;
constexpr auto kPause = 4s;

void expect_silence(const std::string& message) { ADD_FAILURE() << message; }

TEST(liveness, reaches_every_rank) {
  const Communicator& world = ::world();
  const Liveness liveness(world, kLivenessSeconds, expect_silence);
  EXPECT_EQ(liveness.unwatched(), "");
}

TEST(liveness, calls_nobody_unwatched_when_nobody_shall_be_watched) {
  const Communicator& world = ::world();
  Liveness liveness(world, 0, expect_silence);
  EXPECT_EQ(liveness.unwatched(), "");
  EXPECT_EQ(liveness.roll_call(), "");
}

// Were one missed, its observer would end with exit code 3.
TEST(liveness, misses_nobody_who_left_in_order) {
  const Communicator& world = ::world();
  for (const int last : {0, world.size() - 1, 1}) {
    {
      const Liveness liveness(world, kLimit, expect_silence);
      if (world.rank() == last) std::this_thread::sleep_for(kPause);
    }
    world.barrier();
  }
}

// MPI is waited in by the main thread, for longer than a silent rank would be given.
TEST(liveness, misses_nobody_whose_main_thread_is_busy) {
  const Communicator& world = ::world();
  const Liveness liveness(world, kLimit, expect_silence);
  const auto end = std::chrono::steady_clock::now() + kPause;
  while (world.rank() == 0 && std::chrono::steady_clock::now() < end) continue;
  world.barrier();
}

}  // namespace
}  // namespace plumb::comm
