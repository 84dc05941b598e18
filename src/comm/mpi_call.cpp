#include "comm/mpi_call.hpp"

#include <array>
#include <string>

#include "core/error.hpp"

namespace plumb::comm {

void check(int code, const char* call) {
  if (code == MPI_SUCCESS) return;
  std::array<char, MPI_MAX_ERROR_STRING> text{};
  int length = 0;
  if (MPI_Error_string(code, text.data(), &length) != MPI_SUCCESS) length = 0;
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  throw core::IoError(std::string(call) + " failed on rank " + std::to_string(rank) + ": " +
                      std::string(text.data(), static_cast<std::size_t>(length)));
}

}  // namespace plumb::comm
