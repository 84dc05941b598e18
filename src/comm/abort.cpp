#include "comm/abort.hpp"

#include <mpi.h>

#include <cstdlib>

#include "comm/liveness.hpp"

namespace plumb::comm {

void abort_job(int exit_code) {
  Liveness::leave_if_any();
  MPI_Abort(MPI_COMM_WORLD, exit_code);
  std::_Exit(exit_code);  // MPI_Abort may return on a broken launcher
}

}  // namespace plumb::comm
