#include "comm/abort.hpp"

#include <mpi.h>

#include <cstdlib>

#include "comm/liveness.hpp"
#include "core/orderly_end.hpp"

namespace plumb::comm {

void abort_job(int exit_code) {
  core::begin_end(exit_code);  // MPI_Abort may wait for ever, for a launcher that is cut off
  Liveness::announce_end_if_any();
  MPI_Abort(MPI_COMM_WORLD, exit_code);
  std::_Exit(exit_code);  // MPI_Abort may return on a broken launcher
}

}  // namespace plumb::comm
