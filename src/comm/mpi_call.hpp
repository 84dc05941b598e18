// Private to this room: the raw MPI library, each call checked and named.
#pragma once

#include <mpi.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "comm/communicator.hpp"

namespace plumb::comm {

/// MPI counts are int: longer messages go in pieces of this many elements.
inline constexpr std::size_t kMaxCount = std::numeric_limits<int>::max();

/// Throws core::IoError "MPI_Bcast failed on rank 3: <MPI's text>" unless code is MPI_SUCCESS.
void check(int code, const char* call);

/// Owner of what MPI knows a communicator by: a pointer in Open MPI, a number in MPICH.
struct Communicator::Handle {
  MPI_Comm value = MPI_COMM_NULL;

  Handle() = default;
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle();  // frees it, unless MPI has been finalised
};

inline MPI_Comm raw(const Communicator& communicator) noexcept {
  return communicator.handle()->value;
}

template <class T>
MPI_Datatype datatype() noexcept {
  if constexpr (std::is_same_v<T, float>) return MPI_FLOAT;
  if constexpr (std::is_same_v<T, double>) return MPI_DOUBLE;
  if constexpr (std::is_same_v<T, std::uint8_t>) return MPI_UINT8_T;
  if constexpr (std::is_same_v<T, std::int64_t>) return MPI_INT64_T;
  if constexpr (std::is_same_v<T, std::uint64_t>) return MPI_UINT64_T;
  if constexpr (std::is_same_v<T, char>) return MPI_CHAR;
}

}  // namespace plumb::comm
