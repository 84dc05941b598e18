#include "cli/failure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "comm/abort.hpp"
#include "comm/agreement.hpp"
#include "comm/launcher.hpp"
#include "core/error.hpp"

namespace plumb::cli {
namespace {

void print_line(const char* kind, std::string message) {
  std::replace(message.begin(), message.end(), '\n', ' ');
  // One write, so that lines of several ranks do not mix.
  const std::string line = fmt::format("plumbline: {}: {}\n", kind, message);
  std::fflush(stdout);
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace

void print_error(const std::string& message) { print_line("error", message); }
void print_warning(const std::string& message) { print_line("warning", message); }

bool speaks_for_the_job() {
  for (const char* name : {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "SLURM_PROCID"}) {
    if (const char* rank = std::getenv(name)) {
      const char* programs = std::getenv("OMPI_APP_CTX_NUM_PROCS");
      return comm::is_first_of_its_program(std::atol(rank), programs == nullptr ? "" : programs);
    }
  }
  return true;
}

int leave_in_order(const comm::Communicator& world, const std::function<int()>& command) {
  int exit_code = 0;
  const comm::Failure failure = comm::attempt([&] {
    try {
      exit_code = command();
    } catch (const core::AgreedError& error) {
      if (error.reports()) print_error(error.what());
      exit_code = static_cast<int>(error.code());
    }
  });
  if (failure.code == 0) return exit_code;
  print_error(comm::with_rank(world, failure.message));
  if (world.size() > 1) comm::abort_job(failure.code);
  return failure.code;
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

}  // namespace plumb::cli
