#include "record/bucket_table.hpp"

#include <numeric>

namespace plumb::record {
namespace {

h5::Dataset create_bucket_axis(const h5::Group& group, std::size_t count) {
  std::vector<std::int64_t> numbers(count);
  std::iota(numbers.begin(), numbers.end(), 1);
  h5::Dataset axis = group.create_dataset("bucket", {h5::Type::Int64, {count}, {}, false});
  axis.write<std::int64_t>(numbers);
  describe_dataset(axis,
                   {"bucket", kDimensionless, "bucket, 1 = first to travel, of the last layers"});
  axis.make_scale();
  return axis;
}

void write_shapes(const h5::Group& group, const h5::Dataset& axis,
                  const std::vector<BucketInfo>& buckets) {
  constexpr std::int64_t BucketInfo::*kMembers[] = {&BucketInfo::bytes, &BucketInfo::first_layer,
                                                    &BucketInfo::last_layer};
  static_assert(std::size(kMembers) == std::size(kBucketShapeColumns));
  for (std::size_t c = 0; c < std::size(kMembers); ++c) {
    std::vector<std::int64_t> values;
    values.reserve(buckets.size());
    for (const BucketInfo& bucket : buckets) values.push_back(bucket.*kMembers[c]);
    write_fixed_column(group, axis, kBucketShapeColumns[c], values);
  }
}

}  // namespace

StepTable create_bucket_table(const h5::Group& group, const std::vector<BucketInfo>& buckets) {
  const h5::Dataset axis = create_bucket_axis(group, buckets.size());
  write_shapes(group, axis, buckets);
  std::vector<Description> descriptions;
  for (const BucketColumn& column : bucket_columns()) descriptions.push_back(column.description);
  return {group, descriptions, &axis};
}

}  // namespace plumb::record
