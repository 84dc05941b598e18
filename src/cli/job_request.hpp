// What a job script should ask of Slurm for a study whose cost is known.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace plumb::cli {

struct JobRequest {
  std::size_t ranks = 1;
  std::size_t threads = 1;  // per rank
  double bytes_on_node = 0;
  std::optional<double> seconds;
};

/// "--ntasks=2 --cpus-per-task=4 --mem=700M --time=0:05:00": memory of a node with a quarter on top
/// and rounded up to 100 MiB, time with a half and a minute on top, rounded up to minutes.
std::string to_text(const JobRequest& job);

/// "1-02:03:00" or "2:03:00", as Slurm writes times.
std::string slurm_time(double seconds);

}  // namespace plumb::cli
