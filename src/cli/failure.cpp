#include "cli/failure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <new>

#include "comm/abort.hpp"
#include "comm/communicator.hpp"
#include "core/error.hpp"

namespace plumb::cli {
namespace {

struct Failure {
  int code = 0;
  std::string message;
};

Failure attempt(const std::function<void()>& work) {
  try {
    work();
    return {};
  } catch (const core::Error& error) {
    return {static_cast<int>(error.code()), error.what()};
  } catch (const std::bad_alloc&) {
    return {static_cast<int>(core::ExitCode::InputOutput),
            "out of memory; allowed: a smaller network, or more ranks on more nodes"};
  } catch (const std::exception& error) {
    return {static_cast<int>(core::ExitCode::InputOutput), error.what()};
  }
}

void print_line(const char* kind, std::string message) {
  std::replace(message.begin(), message.end(), '\n', ' ');
  // One write, so that lines of several ranks do not mix.
  const std::string line = fmt::format("plumbline: {}: {}\n", kind, message);
  std::fflush(stdout);
  std::fwrite(line.data(), 1, line.size(), stderr);
}

std::string with_rank(const comm::Communicator& world, const std::string& message) {
  return world.rank() == 0 ? message : fmt::format("rank {}: {}", world.rank(), message);
}

}  // namespace

void print_error(const std::string& message) { print_line("error", message); }
void print_warning(const std::string& message) { print_line("warning", message); }

void together(const comm::Communicator& world, const std::function<void()>& work) {
  const Failure mine = attempt(work);
  // Maximum of (code, -rank of a failing rank): the worst code, and the lowest rank that failed.
  std::array<std::int64_t, 2> worst = {mine.code, mine.code == 0 ? -world.size() : -world.rank()};
  world.max(worst);
  if (worst[0] == 0) return;
  throw core::AgreedError(static_cast<core::ExitCode>(worst[0]), with_rank(world, mine.message),
                          world.rank() == -worst[1]);
}

int leave_in_order(const comm::Communicator& world, const std::function<int()>& command) {
  int exit_code = 0;
  const Failure failure = attempt([&] {
    try {
      exit_code = command();
    } catch (const core::AgreedError& error) {
      if (error.reports()) print_error(error.what());
      exit_code = static_cast<int>(error.code());
    }
  });
  if (failure.code == 0) return exit_code;
  print_error(with_rank(world, failure.message));
  if (world.size() > 1) comm::abort_job(failure.code);
  return failure.code;
}

}  // namespace plumb::cli
