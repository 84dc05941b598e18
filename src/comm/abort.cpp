#include "comm/abort.hpp"

#include <mpi.h>

#include <cstdlib>

namespace plumb::comm {

void abort_job(int exit_code) {
  MPI_Abort(MPI_COMM_WORLD, exit_code);
  std::_Exit(exit_code);  // MPI_Abort may return on a broken launcher
}

}  // namespace plumb::comm
