// Each end is tried in a child process: GoogleTest's death tests.
#include "watchdog/graceful_shutdown.hpp"

#include <gtest/gtest.h>
#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <thread>

#include "core/clock.hpp"
#include "core/error.hpp"

namespace plumb::watchdog {
namespace {

using namespace std::chrono_literals;

void say(const char* text) { std::fputs(text, stderr); }

class GracefulShutdown : public ::testing::Test {
 protected:
  // These tests start threads.
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

[[noreturn]] void end_now(int exit_code) {
  begin_shutdown(exit_code);
  run_shutdown_hooks();
  std::_Exit(exit_code);
}

TEST_F(GracefulShutdown, runs_the_last_acts_that_are_left) {
  EXPECT_EXIT(
      {
        const ShutdownHook first([] { say("first "); });
        {
          const ShutdownHook over([] { say("over "); });
        }
        const ShutdownHook failing([] { throw std::runtime_error("full disk"); });
        const ShutdownHook second([] { say("second."); });
        end_now(3);
      },
      ::testing::ExitedWithCode(3), "^first second\\.$");
}

TEST_F(GracefulShutdown, waits_until_a_write_is_done) {
  EXPECT_EXIT(
      {
        auto deferred = defer_shutdown();
        const auto again =
            std::make_unique<std::unique_lock<std::recursive_mutex>>(defer_shutdown());
        std::thread([] { end_now(3); }).detach();
        std::this_thread::sleep_for(200ms);
        say("written");
        again->unlock();
        deferred.unlock();
        std::this_thread::sleep_for(10s);
      },
      ::testing::ExitedWithCode(3), "^written$");
}

TEST_F(GracefulShutdown, does_not_wait_for_ever) {
  const core::Stopwatch watch;
  EXPECT_EXIT(
      {
        const auto deferred = defer_shutdown();
        std::thread([] { end_now(3); }).join();
      },
      ::testing::ExitedWithCode(3), "^$");
  EXPECT_GE(watch.elapsed(), kShutdownSeconds);
}

TEST_F(GracefulShutdown, belongs_to_the_first_who_begins_it) {
  EXPECT_EXIT(
      {
        begin_shutdown(3);
        std::thread([] { end_now(4); }).detach();
        std::this_thread::sleep_for(200ms);
        run_shutdown_hooks();
        std::_Exit(3);
      },
      ::testing::ExitedWithCode(3), "");
}

TEST_F(GracefulShutdown, follows_a_signal_and_shows_it_to_the_parent) {
  for (const int signal : {SIGTERM, SIGINT}) {
    EXPECT_EXIT(
        {
          const ShutdownHook hook([] { say("kept. "); });
          const TerminationSignals signals(
              [](int number) { std::fprintf(stderr, "last %d", number); });
          ::raise(signal);
          std::this_thread::sleep_for(10s);
        },
        ::testing::KilledBySignal(signal), "^kept\\. last " + std::to_string(signal) + "$");
  }
}

TEST_F(GracefulShutdown, leaves_signals_alone_before_and_after) {
  EXPECT_EXIT(
      {
        {
          const TerminationSignals signals([](int) { say("too late"); });
        }
        ::raise(SIGTERM);
      },
      ::testing::KilledBySignal(SIGTERM), "^$");
}

TEST_F(GracefulShutdown, does_not_follow_a_signal_that_is_ignored) {
  EXPECT_EXIT(
      {
        std::signal(SIGINT, SIG_IGN);
        const TerminationSignals signals([](int) {});
        ::raise(SIGINT);
        std::this_thread::sleep_for(200ms);
        std::_Exit(0);
      },
      ::testing::ExitedWithCode(0), "");
}

// Stacks larger than the address space: the system has no thread to give.
TEST_F(GracefulShutdown, is_refused_without_a_thread_and_leaves_no_descriptor_behind) {
  EXPECT_EXIT(
      {
        pthread_attr_t attributes;
        ::pthread_attr_init(&attributes);
        ::pthread_attr_setstacksize(&attributes, std::size_t{1} << 48U);
        ::pthread_setattr_default_np(&attributes);
        const int before = ::dup(0);
        ::close(before);
        try {
          const TerminationSignals signals([](int) {});
        } catch (const core::Error& error) {
          say(error.what());
        }
        std::_Exit(::dup(0) == before ? 5 : 6);
      },
      ::testing::ExitedWithCode(5), "^a thread for signals: ");
}

}  // namespace
}  // namespace plumb::watchdog
