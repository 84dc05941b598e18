#include "cli/rank_consistency.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "comm/agreement.hpp"
#include "math/gemm/blas_info.hpp"
#include "plumb_version.hpp"

namespace plumb::cli {
namespace {

std::string program() {
  return fmt::format("{} ({}, {}, {}, messages {})", PLUMB_VERSION, PLUMB_COMMIT, PLUMB_BUILD_TYPE,
                     PLUMB_COMPILER, comm::kMessageVersion);
}

/// "OpenBLAS 0.3.21" of "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH ...".
std::string short_version(const std::string& version) {
  return version.substr(0, version.find(' ', version.find(' ') + 1));
}

std::string arithmetic() {
  const math::BlasInfo blas = math::blas_info();
  return fmt::format("{} with {} kernels and {} vector instructions", short_version(blas.version),
                     blas.kernel_set, math::vector_instruction_set());
}

}  // namespace

void require_same_command(const comm::Communicator& world, const std::string& command) {
  comm::require_equal(world, {"program", program(), "the same program on all ranks"});
  comm::require_equal(world,
                      {"command", fmt::format("'{}'", command),
                       "the same command, study and options on all ranks, but for --threads, "
                       "--data-dir and --quiet"});
}

std::string mixed_arithmetic_warning(const comm::Communicator& world) {
  const std::vector<std::string> all = world.gather(arithmetic());
  const auto other =
      std::find_if(all.begin(), all.end(), [&](const auto& text) { return text != all.front(); });
  if (other == all.end()) return {};
  return fmt::format(
      "{} computes with {}, rank 0 with {}: the bits of results then depend on the layout; start "
      "on equal nodes for bits that do not",
      world.name_of(static_cast<int>(other - all.begin())), *other, all.front());
}

}  // namespace plumb::cli
