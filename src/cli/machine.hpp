// What this process runs on: host, processors it may use, threads it should use; and the provenance
// of results.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "comm/communicator.hpp"

namespace plumb::cli {

struct Processors {
  std::vector<int> allowed;  // processors this process is bound to
  std::size_t online = 1;    // processors of the machine
  [[nodiscard]] bool bound() const { return allowed.size() < online; }
};

Processors processors();
/// "0-3,8"
std::string to_text(const std::vector<int>& processors);
std::string host_name();
std::string cpu_model();
/// The most memory this process has had (VmHWM); 0 where the system does not say.
double peak_memory_bytes();

/// Threads for this rank when the user sets none: the processors it is bound to, or its share of
/// the machine when it is not bound; never more than its slices.
std::size_t default_threads(const Processors& processors, std::size_t ranks_on_node,
                            std::size_t slices_of_rank);

/// One JSON object on rank 0, empty elsewhere. Collective. threads: of this rank.
std::string provenance_json(const comm::Communicator& world, std::size_t threads,
                            const std::vector<std::string>& command_line);

}  // namespace plumb::cli
