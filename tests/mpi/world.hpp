// The communicator of a test program under mpirun.
#pragma once

#include "comm/communicator.hpp"

/// All ranks. Tests are collective: every rank runs each of them, and must not leave one early
/// while others still communicate.
const plumb::comm::Communicator& world();
