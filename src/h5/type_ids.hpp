// Private to this room: our types as HDF5 identifiers, and back.
#pragma once

#include "h5/check.hpp"
#include "h5/type.hpp"

namespace plumb::h5 {

/// Variable-length UTF-8, the only string type netCDF readers handle well.
Handle make_string_type(const Place& place);

/// The native type for numbers in memory; -1 for String and Other. Not owned.
hid_t native_id(Type type);

/// What a dataset or attribute holds. Integers and floats are recognised whatever their byte
/// order; HDF5 converts when reading.
Type classify(hid_t type_id);

NumberKind number_kind(hid_t type_id);

}  // namespace plumb::h5
