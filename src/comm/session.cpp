#include "comm/session.hpp"

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include "comm/mpi_call.hpp"
#include "core/error.hpp"

namespace plumb::comm {

Session::Session() : exceptions_(std::uncaught_exceptions()) {
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

}  // namespace plumb::comm
