// A rank that an exception drives out of its session must not wait in MPI_Finalize for ranks that
// wait for it: `unwinding` ends, with an error, or the test times out. Not GoogleTest.
#include <cstdio>
#include <exception>
#include <stdexcept>

#include "comm/communicator.hpp"
#include "comm/session.hpp"

namespace {

void fail_on_one_rank() {
  const plumb::comm::Session session;
  const auto world = plumb::comm::Communicator::world();
  if (world.rank() == world.size() - 1) throw std::runtime_error("one rank has failed");
  world.barrier();
}

}  // namespace

int main() {
  try {
    fail_on_one_rank();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "unwinding: %s\n", error.what());
    return 3;
  }
  std::fputs("unwinding: nothing has failed\n", stderr);
  return 0;
}
