#include "cli/machine.hpp"

#include <fmt/format.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>

namespace plumb::cli {

Processors processors() {
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

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

std::string cpu_model() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const auto colon = line.find(": ");
    if (line.rfind("model name", 0) == 0 && colon != std::string::npos) {
      return line.substr(colon + 2);
    }
  }
  return "unknown";
}

std::size_t default_threads(const Processors& processors, std::size_t ranks_on_node,
                            std::size_t slices_of_rank) {
  const std::size_t share = processors.bound()
                                ? processors.allowed.size()
                                : processors.online / std::max<std::size_t>(1, ranks_on_node);
  return std::clamp<std::size_t>(share, 1, std::max<std::size_t>(1, slices_of_rank));
}

}  // namespace plumb::cli
