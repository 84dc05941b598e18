// Does the program that started the ranks speak the MPI library's language?
#pragma once

#include <string>

namespace plumb::comm {

/// One line when the environment promises several ranks but the world has one, which happens when
/// the launcher speaks another process-management interface than the MPI library: every process
/// then trains alone. Empty when all is well. world_size: Communicator::size().
std::string launcher_warning(int world_size);

}  // namespace plumb::comm
