#include "cli/processors.hpp"

#include <fmt/format.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

namespace plumb::cli {
namespace {

namespace fs = std::filesystem;

std::optional<std::string> first_line(const fs::path& file) {
  std::string line;
  std::ifstream stream(file);
  if (!std::getline(stream, line)) return std::nullopt;
  return line;
}

/// "50000 100000" and cgroup 1's two files: microseconds of processor time per microseconds. "max"
/// and -1 are no limit.
std::optional<double> quota_of(const std::string& quota_and_period) {
  std::istringstream text(quota_and_period);
  double quota = 0;
  double period = 0;
  if (!(text >> quota >> period) || quota <= 0 || period <= 0) return std::nullopt;
  return quota / period;
}

std::optional<double> quota_in(const fs::path& group) {
  if (const auto line = first_line(group / "cpu.max")) return quota_of(*line);
  const auto quota = first_line(group / "cpu.cfs_quota_us");
  const auto period = first_line(group / "cpu.cfs_period_us");
  return quota && period ? quota_of(*quota + " " + *period) : std::nullopt;
}

std::optional<double> smaller(std::optional<double> a, std::optional<double> b) {
  return a && b ? std::min(*a, *b) : (a ? a : b);
}

/// Of the group and of those around it, up to `root`. A container may see its own group as root,
/// and not the folder that /proc names.
std::optional<double> smallest_quota(const fs::path& root, const std::string& group) {
  std::optional<double> smallest = quota_in(root);
  fs::path folder = root;
  for (const fs::path& name : fs::path(group).relative_path()) {
    folder /= name;
    smallest = smaller(smallest, quota_in(folder));
  }
  return smallest;
}

bool names(const std::string& list, const std::string& word) {
  std::istringstream words(list);
  for (std::string item; std::getline(words, item, ',');) {
    if (item == word) return true;
  }
  return false;
}

}  // namespace

Processors processors(const SystemFolders& system) {
  Processors result;
  result.online = static_cast<std::size_t>(std::max(1L, sysconf(_SC_NPROCESSORS_ONLN)));
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) {
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
      if (CPU_ISSET(cpu, &set)) result.allowed.push_back(cpu);
    }
  } else {  // more processors than a cpu_set_t holds: as good as unbound
    for (std::size_t cpu = 0; cpu < result.online; ++cpu) {
      result.allowed.push_back(static_cast<int>(cpu));
    }
  }
  result.cores = physical_cores(result.allowed, system);
  result.quota = cpu_quota(system);
  return result;
}

Processors processors(const comm::Communicator& world, const SystemFolders& system) {
  Processors result = processors(system);
  const std::string mine = fmt::format("{}:{}", world.node(), to_text(result.allowed));
  std::map<std::string, std::size_t> ranks_at;
  std::string counts;  // "2 2 1": of each rank, how many are where it is
  const std::vector<std::string> places = world.gather(mine);
  for (const std::string& place : places) ++ranks_at[place];
  for (const std::string& place : places) counts += fmt::format("{} ", ranks_at[place]);
  world.broadcast(counts);
  std::istringstream text(counts);
  for (int rank = 0; rank <= world.rank(); ++rank) text >> result.sharers;
  return result;
}

std::string to_text(const std::vector<int>& processors) {
  std::string text;
  for (std::size_t i = 0; i < processors.size();) {
    std::size_t last = i;
    while (last + 1 < processors.size() && processors[last + 1] == processors[last] + 1) ++last;
    if (!text.empty()) text += ',';
    text += last == i ? fmt::format("{}", processors[i])
                      : fmt::format("{}-{}", processors[i], processors[last]);
    i = last + 1;
  }
  return text;
}

std::optional<double> cpu_quota(const SystemFolders& system) {
  std::optional<double> smallest;
  std::ifstream groups(system.proc / "self" / "cgroup");
  // "4:cpu,cpuacct:/docker/abc" in version 1, "0::/user.slice" in version 2.
  for (std::string line; std::getline(groups, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string group = line.substr(second + 1);
    if (controllers.empty()) {
      smallest = smaller(smallest, smallest_quota(system.cgroup, group));
      smallest = smaller(smallest, smallest_quota(system.cgroup / "unified", group));
    } else if (names(controllers, "cpu")) {
      for (const std::string& folder : std::set<std::string>{controllers, "cpu", "cpu,cpuacct"}) {
        smallest = smaller(smallest, smallest_quota(system.cgroup / folder, group));
      }
    }
  }
  return smallest;
}

std::size_t physical_cores(const std::vector<int>& processors, const SystemFolders& system) {
  std::set<std::string> cores;
  for (const int processor : processors) {
    const fs::path topology = system.cpu / fmt::format("cpu{}", processor) / "topology";
    auto siblings = first_line(topology / "core_cpus_list");  // thread_siblings_list before Linux 5
    if (!siblings) siblings = first_line(topology / "thread_siblings_list");
    if (!siblings) return 0;
    cores.insert(*siblings);
  }
  return cores.size();
}

std::optional<double> load(const SystemFolders& system) {
  std::ifstream file(system.proc / "loadavg");
  double minute = 0;
  return file >> minute ? std::optional(minute) : std::nullopt;
}

std::optional<std::uint64_t> shared_memory(const SystemFolders& system) {
  std::error_code error;
  const fs::space_info space = fs::space(system.shared_memory, error);
  return error ? std::nullopt : std::optional<std::uint64_t>(space.capacity);
}

std::size_t default_threads(const Processors& processors, std::size_t ranks_on_node,
                            std::size_t slices_of_rank) {
  const std::size_t ranks = std::max<std::size_t>(1, ranks_on_node);
  // Ranks that are not bound share the machine, as do those that are bound to the same processors.
  std::size_t share = processors.usable() / std::max<std::size_t>(1, processors.sharers);
  if (processors.quota) {
    share = std::min(share, static_cast<std::size_t>(std::ceil(*processors.quota)) / ranks);
  }
  return std::clamp<std::size_t>(share, 1, std::max<std::size_t>(1, slices_of_rank));
}

}  // namespace plumb::cli
