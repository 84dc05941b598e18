#include "cli/exit_code.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <utility>

#include "comm/agreement.hpp"
#include "comm/communicator.hpp"
#include "comm/session.hpp"
#include "core/error.hpp"
#include "math/gemm/blas_info.hpp"
#include "watchdog/failure_detector.hpp"
#include "watchdog/graceful_shutdown.hpp"

namespace plumb::cli {
namespace {

void print_line(const char* kind, std::string message) {
  std::replace(message.begin(), message.end(), '\n', ' ');
  // One write, so that lines of several ranks do not mix.
  const std::string line = fmt::format("plumbline: {}: {}\n", kind, message);
  std::fflush(stdout);
  std::fwrite(line.data(), 1, line.size(), stderr);
}

int check_standard_output(int exit_code) {
  errno = 0;
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return exit_code;
  print_error(
      fmt::format("standard output: could not be written ({}); allowed: a terminal, a pipe or "
                  "a file with room",
                  errno != 0 ? std::strerror(errno) : "an earlier write failed"));
  return exit_code != 0 ? exit_code : static_cast<int>(core::ExitCode::InputOutput);
}

/// Nobody can agree on a failure before there is a communicator: it ends the job.
comm::Communicator make_world() {
  std::optional<comm::Communicator> world;
  const comm::Failure failure = comm::attempt([&] { world = comm::Communicator::world(); });
  if (failure.code != 0) {
    print_error(failure.message);
    comm::abort_job(failure.code);
  }
  return *std::move(world);
}

}  // namespace

void print_error(const std::string& message) { print_line("error", message); }
void print_warning(const std::string& message) { print_line("warning", message); }

bool is_first_process() {
  if (const std::optional<long> rank = comm::launcher_rank()) {
    const char* programs = std::getenv("OMPI_APP_CTX_NUM_PROCS");
    return comm::is_first_of_its_program(*rank, programs == nullptr ? "" : programs);
  }
  return true;
}

int exit_code_of(const std::function<int()>& command) {
  int exit_code = 0;
  const comm::Failure failure = comm::attempt([&] { exit_code = command(); });
  if (failure.code == 0) return check_standard_output(exit_code);
  // The others end quietly: were one of them to fail first, mpirun would end the first process
  // before it has printed.
  if (!is_first_process()) return 0;
  print_error(failure.message);
  return failure.code;
}

int run_on_all_ranks(const std::function<int(comm::Session&, const comm::Communicator&)>& command) {
  math::use_single_threaded_blas();
  comm::Session session;
  const comm::Communicator world = make_world();
  int exit_code = 0;
  const comm::Failure failure = comm::attempt([&] {
    try {
      exit_code = command(session, world);
    } catch (const core::AgreedError& error) {
      if (error.reports()) print_error(error.what());
      exit_code = static_cast<int>(error.code());
    }
  });
  if (failure.code == 0) return exit_code;
  print_error(comm::with_rank(world, failure.message));
  if (world.size() > 1) {
    // MPI_Abort may wait for ever, for a launcher that is cut off: the ranks that watch each other
    // then end with exit code 3, and this process within kShutdownSeconds.
    watchdog::begin_shutdown(failure.code);
    watchdog::FailureDetector::announce_failure();
    comm::abort_job(failure.code);
  }
  return failure.code;
}

}  // namespace plumb::cli
