// plumbline: how deep does the gradient reach?
#include <csignal>

#include "cli/commands.hpp"

int main(int argc, char** argv) {
  // A write beyond a file size limit must fail with an error code, as on a full disk.
  std::signal(SIGXFSZ, SIG_IGN);
  return plumb::cli::run_program(argc, argv);
}
