// Sums over ranks by size, in place: the fixed tree, by wire format, and MPI_Allreduce.
#include <fmt/format.h>

#include <utility>

#include "bench/allreduce_methods.hpp"
#include "bench/rotating_buffers.hpp"
#include "bench/suite.hpp"

namespace plumb::bench {
namespace {

using math::NumberFormat;

constexpr std::size_t kSmallestBytes = std::size_t{1} << 10;
constexpr std::size_t kSmallestNarrowBytes = std::size_t{64} << 10;
constexpr std::size_t kLargestBytes = std::size_t{64} << 20;
constexpr double kEstimatedBytes = 4e9;  // per second
constexpr double kEstimatedLatency = 1e-5;

class AllreduceCase final : public Case {
 public:
  AllreduceCase(const comm::Communicator& world, SumMethod method, std::size_t bytes)
      : world_(world), method_(std::move(method)), buffers_(bytes / sizeof(float)) {}

  bool verify() override { return verified(world_, method_, buffers_); }
  void run() override { method_.sum(buffers_.next()); }

 private:
  const comm::Communicator& world_;
  SumMethod method_;
  RotatingBuffers buffers_;
};

/// Bus bandwidth as NVIDIA's nccl-tests define it: what every link must carry at least. Of the
/// numbers as they are in memory, so that wire formats can be compared.
Description describe(const Suite& suite, const char* name, std::size_t bytes) {
  const double ranks = suite.world().size();
  const double bus_bytes = 2 * (ranks - 1) / ranks * static_cast<double>(bytes);
  return {fmt::format("allreduce/{}/{}", name, size_name(bytes)),
          kEstimatedLatency + static_cast<double>(bytes) / kEstimatedBytes,
          {{"bus_GB/s", bus_bytes * 1e-9}}};
}

void add_tree(Suite& suite, const char* name, NumberFormat wire, std::size_t bytes) {
  suite.add(describe(suite, name, bytes), [&world = suite.world(), wire, bytes] {
    return std::make_unique<AllreduceCase>(world, tree_method(world, wire), bytes);
  });
}

}  // namespace

void add_allreduce(Suite& suite) {
  for (std::size_t bytes = kSmallestBytes; bytes <= kLargestBytes; bytes *= 4) {
    add_tree(suite, "tree", NumberFormat::Float32, bytes);
    suite.add(describe(suite, "mpi", bytes), [&world = suite.world(), bytes] {
      return std::make_unique<AllreduceCase>(world, mpi_method(world), bytes);
    });
    if (bytes < kSmallestNarrowBytes) continue;
    add_tree(suite, "tree_bfloat16", NumberFormat::BFloat16, bytes);
    add_tree(suite, "tree_float16", NumberFormat::Float16, bytes);
  }
}

}  // namespace plumb::bench
