// What this process runs on: host, processors it may use, threads it should use.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

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

/// Threads for this rank when nobody asked: the processors it is bound to, or its share of the
/// machine when it is not bound; never more than its slices.
std::size_t default_threads(const Processors& processors, std::size_t ranks_on_node,
                            std::size_t slices_of_rank);

}  // namespace plumb::cli
