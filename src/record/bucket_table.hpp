// Private to this room: when the buckets of the gradient travelled, /timing/buckets.
#pragma once

#include "record/history_writer.hpp"
#include "record/step_table.hpp"

namespace plumb::record {

/// Makes the scale `bucket` (B), 1 = first to travel, what is known of each bucket beforehand (B),
/// and the columns that grow (S,B). At least one bucket. Throws core::IoError.
StepTable create_bucket_table(const h5::Group& group, const std::vector<BucketInfo>& buckets);

}  // namespace plumb::record
