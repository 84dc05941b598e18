#include "comm/session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include "comm/mpi_call.hpp"
#include "core/error.hpp"

namespace plumb::comm {

Session::Session() : exceptions_(std::uncaught_exceptions()) {
  prepare_environment();
  int provided = MPI_THREAD_SINGLE;
  check(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided), "MPI_Init_thread");
  if (provided < MPI_THREAD_FUNNELED) {
    MPI_Finalize();
    throw core::IoError(
        "MPI_Init_thread: the library offers MPI_THREAD_SINGLE; MPI_THREAD_FUNNELED is needed");
  }
}

Session::~Session() {
  if (std::uncaught_exceptions() > exceptions_) return;
  int finalized = 0;
  MPI_Finalized(&finalized);
  if (finalized == 0) MPI_Finalize();
}

void Session::keep(std::shared_ptr<void> object) { kept_ = std::move(object); }

void abort_job(int exit_code) {
  MPI_Abort(MPI_COMM_WORLD, exit_code);
  std::_Exit(exit_code);  // MPI_Abort may return on a broken launcher
}

std::string mpi_library_version() {
  std::string text(MPI_MAX_LIBRARY_VERSION_STRING, '\0');
  int length = 0;
  check(MPI_Get_library_version(text.data(), &length), "MPI_Get_library_version");
  // Open MPI counts the terminating zero; MPICH goes on with how it was configured.
  text.resize(std::min(text.find_first_of(std::string_view("\0\n", 2)), text.size()));
  std::replace(text.begin(), text.end(), '\t', ' ');
  int version = 0;
  int subversion = 0;
  check(MPI_Get_version(&version, &subversion), "MPI_Get_version");
  return text + " (MPI " + std::to_string(version) + "." + std::to_string(subversion) + ")";
}

std::string keepalive_warning(int nodes, GetVariable variable) {
  const bool by_mpirun = variable("OMPI_COMM_WORLD_SIZE") != nullptr;
  const bool in_slurm = variable("SLURM_JOB_ID") != nullptr;
  const bool is_set = variable("OMPI_MCA_oob_tcp_keepalive_time") != nullptr;
  if (nodes < 2 || !by_mpirun || in_slurm || is_set) return {};
  return fmt::format(
      "mpirun would not notice for many minutes that one of the {} nodes is cut off, though the "
      "ranks end; start it with --mca oob_tcp_keepalive_time 1 --mca oob_tcp_keepalive_intvl 1 "
      "--mca oob_tcp_keepalive_probes 6 (docs/faults.md)",
      nodes);
}

bool is_first_of_its_program(long rank, std::string_view ranks_of_programs) {
  std::istringstream counts{std::string(ranks_of_programs)};
  long first = 0;
  for (long count = 0; first < rank && counts >> count;) first += count;
  return first == rank;
}

}  // namespace plumb::comm
