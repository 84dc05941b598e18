// The life of MPI in this process, and what is asked of the library itself.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "comm/launcher.hpp"

namespace plumb::comm {

/// MPI from construction to destruction (MPI_THREAD_FUNNELED: only the thread that built it calls
/// MPI). The destructor finalises unless MPI was already finalised; it sends no messages itself.
/// While an exception passes it does not: MPI_Finalize would wait for ranks that wait for this one.
/// The launcher ends a job one of whose processes exits like that.
class Session {
 public:
  Session();
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Keeps an object that has to outlive MPI_Finalize: it is destroyed right afterwards.
  void keep(std::shared_ptr<void> object);

 private:
  int exceptions_;  // passing when this was built
  std::shared_ptr<void> kept_;
};

/// The last resort when one rank fails in a way the others cannot know of: ends every process of
/// the job with this exit code (MPI_Abort). Failures that all ranks know of leave through
/// core::AgreedError instead, quietly. The user must have been told.
[[noreturn]] void abort_job(int exit_code);

/// "Open MPI v4.1.4, ..." as the library reports it, in one line, and the MPI standard it speaks.
std::string mpi_library_version();

/// One line when mpirun started ranks on several nodes and was not told to look whether they are
/// still there: it stays for minutes when one is cut off. Empty when all is well, and under Slurm,
/// which looks after its nodes itself. variable: std::getenv, or what a test takes for it.
std::string keepalive_warning(int nodes, GetVariable variable = environment_variable);

/// Whether this rank of the launcher is the first of its program where `mpirun A : B` started
/// several. ranks_of_programs: "4 2", how many ranks each has, as Open MPI's environment says it;
/// empty: one program.
bool is_first_of_its_program(long rank, std::string_view ranks_of_programs);

}  // namespace plumb::comm
