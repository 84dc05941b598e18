// The processors this process may use: those it is bound to, the physical cores among them, the
// time that a container grants, and who else uses them. Files are looked for in folders that a test
// can make up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "comm/communicator.hpp"

namespace plumb::cli {

struct Processors {
  std::vector<int> allowed;     // processors this process is bound to
  std::size_t online = 1;       // processors of the machine
  std::size_t cores = 0;        // physical cores among `allowed`; 0: not known
  std::optional<double> quota;  // processors' worth of time that its control group is granted
  std::size_t sharers = 1;      // ranks of this node bound to the same processors, with this one

  [[nodiscard]] bool bound() const { return allowed.size() < online; }
  /// What threads that compute all the time can fill: hyper-threads of one core count once.
  [[nodiscard]] std::size_t usable() const { return cores > 0 ? cores : allowed.size(); }
};

/// Where the system tells about itself.
struct SystemFolders {
  std::filesystem::path proc = "/proc";
  std::filesystem::path cgroup = "/sys/fs/cgroup";
  std::filesystem::path cpu = "/sys/devices/system/cpu";
  std::filesystem::path shared_memory = "/dev/shm";
};

/// Of this process alone: nothing is known of other ranks.
Processors processors(const SystemFolders& system = {});
/// The same with `sharers`. Collective.
Processors processors(const comm::Communicator& world, const SystemFolders& system = {});

/// "0-3,8"
std::string to_text(const std::vector<int>& processors);

/// Processors' worth of time that this process's control group and those around it are granted, the
/// smallest of them, of cgroup version 2 (cpu.max) or 1 (cpu.cfs_quota_us); nothing when there is
/// no limit or no such file.
std::optional<double> cpu_quota(const SystemFolders& system);

/// Physical cores among these processors; 0 when the system does not tell.
std::size_t physical_cores(const std::vector<int>& processors, const SystemFolders& system);

/// Processes and threads that wanted a processor, on average over the last minute; nothing when the
/// system does not tell.
std::optional<double> load(const SystemFolders& system);

/// Bytes that the shared memory of this node (/dev/shm) holds when empty; nothing when there is
/// none.
std::optional<std::uint64_t> shared_memory(const SystemFolders& system);

/// Threads for this rank when the user sets none: its share of the physical cores that it is bound
/// to, of the quota of its container, rounded up, and never more than its slices.
std::size_t default_threads(const Processors& processors, std::size_t ranks_on_node,
                            std::size_t slices_of_rank);

}  // namespace plumb::cli
