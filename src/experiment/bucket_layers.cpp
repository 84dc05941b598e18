#include "experiment/bucket_layers.hpp"

#include <algorithm>
#include <stdexcept>

namespace plumb::experiment {

namespace {

history::BucketInfo layers_of(const train::BucketShape& bucket,
                              std::span<const net::Stage> stages) {
  history::BucketInfo info{static_cast<std::int64_t>(bucket.bytes), 0, 0};
  for (std::size_t stage = 0; stage < stages.size(); ++stage) {
    const std::size_t group = stages[stage].group;
    if (group < bucket.first_group || group > bucket.last_group) continue;
    const auto layer = static_cast<std::int64_t>(stage + 1);
    info.first_layer = info.first_layer == 0 ? layer : std::min(info.first_layer, layer);
    info.last_layer = std::max(info.last_layer, layer);
  }
  if (info.last_layer == 0) throw std::invalid_argument("a bucket holds groups of some stage");
  return info;
}

}  // namespace

std::vector<history::BucketInfo> layers_of_buckets(std::span<const train::BucketShape> buckets,
                                                   std::span<const net::Stage> stages) {
  std::vector<history::BucketInfo> infos;
  infos.reserve(buckets.size());
  for (const train::BucketShape& bucket : buckets) infos.push_back(layers_of(bucket, stages));
  return infos;
}

}  // namespace plumb::experiment
