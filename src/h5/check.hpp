// Private to this room: every HDF5 call goes through checked().
#pragma once

#include <hdf5.h>

#include <string>
#include <type_traits>

#include "h5/handle.hpp"

namespace plumb::h5 {

static_assert(std::is_same_v<Id, hid_t>);
static_assert(std::is_same_v<int, herr_t>);

/// Where a call happens, for messages: the file and the object inside it.
struct Place {
  const std::string& file;
  const std::string& object;
};

/// Once per thread and before its first HDF5 call: HDF5 prints no error stacks of its own, and
/// leaves the exit of the process alone (this room closes what it opened; retrying to flush onto
/// a full disk from an exit handler helps nobody).
void prepare_library();

/// Throws core::IoError "FILE: CALL OBJECT: reason", the reason being the innermost message of
/// HDF5's error stack, or the system's own words where it has some.
[[noreturn]] void fail(const char* call, const Place& place);

template <class T>
T checked(T result, const char* call, const Place& place) {
  if (result < 0) fail(call, place);
  return result;
}

}  // namespace plumb::h5
