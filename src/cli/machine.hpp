// What this process runs on, and the provenance of results.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "comm/communicator.hpp"

namespace plumb::cli {

std::string host_name();
std::string cpu_model();
/// The most memory this process has had (VmHWM); 0 where the system does not say.
double peak_memory_bytes();

/// One JSON object on rank 0, empty elsewhere. Collective. threads: of this rank.
std::string provenance_json(const comm::Communicator& world, std::size_t threads,
                            const std::vector<std::string>& command_line);

}  // namespace plumb::cli
