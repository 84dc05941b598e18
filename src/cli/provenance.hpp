// Where a result comes from: versions, flags, layout, binding, environment.
#pragma once

#include <string>
#include <vector>

#include "comm/communicator.hpp"

namespace plumb::cli {

/// One JSON object on rank 0, empty elsewhere. Collective. threads: of this rank.
std::string provenance_json(const comm::Communicator& world, std::size_t threads,
                            const std::vector<std::string>& command_line);

}  // namespace plumb::cli
