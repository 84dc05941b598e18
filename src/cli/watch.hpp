// What every command that trains needs against hanging and half-written files.
#pragma once

#include "comm/communicator.hpp"
#include "comm/liveness.hpp"
#include "core/end_signals.hpp"

namespace plumb::cli {

/// Collective. Ranks watch each other until MPI_Finalize (comm::Liveness), after
/// PLUMBLINE_LIVENESS_SECONDS of silence one is lost; while this object lives SIGTERM and SIGINT
/// leave readable files behind. A wrong value of the variable is a usage error on all ranks; ranks
/// that cannot be watched are a warning.
class Watch {
 public:
  Watch(comm::Session& session, const comm::Communicator& world);

 private:
  comm::Liveness& liveness_;
  core::EndSignals signals_;
};

}  // namespace plumb::cli
