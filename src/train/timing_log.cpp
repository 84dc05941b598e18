#include "train/timing_log.hpp"

#include "history/quantities.hpp"

namespace plumb::train {
namespace {

/// Calls visit(seconds) for every time, always in the same order.
template <class Visit>
void for_each_time(std::vector<StepTiming>& timings, const Visit& visit) {
  for (StepTiming& timing : timings) {
    for (double& seconds : timing.seconds) visit(seconds);
    for (BucketTimes& bucket : timing.buckets) {
      for (const history::Quantity& quantity : history::quantities_of<history::PerBucket>()) {
        visit(bucket.*std::get<history::PerBucket>(quantity.source));
      }
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
