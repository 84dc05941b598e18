#include "train/timing_log.hpp"

namespace plumb::train {
namespace {

/// Calls visit(seconds) for every time, always in the same order.
template <class Visit>
void for_each_time(std::vector<StepTiming>& timings, const Visit& visit) {
  for (StepTiming& timing : timings) {
    for (double& seconds : timing.seconds) visit(seconds);
    for (BucketTimes& bucket : timing.buckets) {
      visit(bucket.ready);
      visit(bucket.finish);
      visit(bucket.exposed);
    }
  }
}

}  // namespace

std::vector<StepTiming> TimingLog::take(const comm::Communicator& communicator) {
  std::vector<double> flat;
  for_each_time(timings_, [&](double seconds) { flat.push_back(seconds); });
  communicator.max(flat);
  since_.lap();
  auto next = flat.begin();
  for_each_time(timings_, [&](double& seconds) { seconds = *next++; });
  return std::exchange(timings_, {});
}

}  // namespace plumb::train
