#include "cli/job_request.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>

namespace plumb::cli {

std::string slurm_time(double seconds) {
  const auto all = static_cast<std::uint64_t>(std::ceil(seconds / 60));
  const std::uint64_t days = all / 1440;
  const std::uint64_t hours = all / 60 % 24;
  const std::uint64_t minutes = all % 60;
  return days > 0 ? fmt::format("{}-{:02}:{:02}:00", days, hours, minutes)
                  : fmt::format("{}:{:02}:00", hours, minutes);
}

std::string to_text(const JobRequest& job) {
  constexpr double kHundredMib = 100 * 1048576.0;
  const double hundreds = std::ceil(1.25 * job.bytes_on_node / kHundredMib);
  std::string text = fmt::format("--ntasks={} --cpus-per-task={} --mem={:.0f}M", job.ranks,
                                 job.threads, 100 * hundreds);
  if (job.seconds) text += " --time=" + slurm_time(1.5 * *job.seconds + 60);
  return text;
}

}  // namespace plumb::cli
