// What every command that trains needs against hanging and half-written files.
#pragma once

#include "comm/communicator.hpp"
#include "comm/session.hpp"
#include "watchdog/failure_detector.hpp"
#include "watchdog/graceful_shutdown.hpp"

namespace plumb::cli {

/// Collective. Ranks watch each other until MPI_Finalize (watchdog::FailureDetector), after
/// PLUMBLINE_LIVENESS_SECONDS of silence one is lost; while this object lives SIGTERM and SIGINT
/// leave readable files behind. A wrong value of the variable is a usage error on all ranks; ranks
/// that cannot be watched are a warning.
class Watch {
 public:
  Watch(comm::Session& session, const comm::Communicator& world);

 private:
  watchdog::FailureDetector& detector_;
  watchdog::TerminationSignals signals_;
};

}  // namespace plumb::cli
