// The last resort when one rank fails in a way the others cannot know of.
#pragma once

namespace plumb::comm {

/// Ends every process of the job with this exit code (MPI_Abort). For failures on one rank only:
/// failures all ranks know of leave through core::AgreedError instead, quietly and in order. The
/// user must have been told. Where MPI_Abort does not get through, the ranks that watch each other
/// (Liveness) end with exit code 3, and this process within core::kEndSeconds.
[[noreturn]] void abort_job(int exit_code);

}  // namespace plumb::comm
