// The life of MPI in this process, and what is asked of the library itself.
#pragma once

#include <memory>
#include <string>

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

}  // namespace plumb::comm
