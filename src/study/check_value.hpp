// Does a written value fit its key?
#pragma once

#include "study/key.hpp"
#include "study/value.hpp"

namespace plumb::study {

/// The value in its key's own form. An integer is taken where a number is expected, never the
/// reverse. Throws core::UsageError for a wrong type and for a value out of range.
Value check_value(const Key& key, const Written& written);

}  // namespace plumb::study
