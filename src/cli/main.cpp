// plumbline: how deep does the gradient reach?
#include <stdlib.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <system_error>

#include "cli/commands.hpp"

namespace {

// GNU's OpenMP library lets threads that wait for each other spin for milliseconds. On a machine
// that does other things too, the thread waited for then has to wait for a core: a small network
// takes 50 times longer. A thousand turns, some 20 microseconds, are as fast on a machine without
// load. The library reads its variables while it is loaded, before main(), so the program has to
// start again. What the user has set counts as before.
void start_again_with_short_spins(char** argv) {
  constexpr const char* kSpins = "GOMP_SPINCOUNT";
  if (::getenv(kSpins) != nullptr || ::getenv("OMP_WAIT_POLICY") != nullptr) return;
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error || ::setenv(kSpins, "1000", 0) != 0) return;
  ::execv(program.c_str(), argv);
  ::unsetenv(kSpins);  // without /proc everything works, only slower
}

}  // namespace

int main(int argc, char** argv) {
  start_again_with_short_spins(argv);
  // A write beyond a file size limit must fail with an error code, as on a full disk.
  std::signal(SIGXFSZ, SIG_IGN);
  return plumb::cli::run_program(argc, argv);
}
