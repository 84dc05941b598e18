// Sums over ranks by size: the fixed tree against MPI_Allreduce, both in place.
#include <fmt/format.h>

#include <bit>

#include "bench/numbers.hpp"
#include "bench/suite.hpp"
#include "comm/tree_allreduce.hpp"

namespace plumb::bench {
namespace {

constexpr std::size_t kSmallestBytes = std::size_t{1} << 10;
constexpr std::size_t kLargestBytes = std::size_t{64} << 20;
constexpr double kEstimatedBytes = 4e9;  // per second
constexpr double kEstimatedLatency = 1e-5;

/// Rank r's number i, in [-1, 1): any rank can compute anybody's.
float number(std::uint64_t rank, std::uint64_t i) {
  std::uint64_t h = (rank << 40 | i) * 0x9e3779b97f4a7c15U;
  h = (h ^ h >> 29) * 0xbf58476d1ce4e5b9U;
  return static_cast<float>(static_cast<std::int64_t>(h) >> 40) * 0x1p-23F;
}

/// The definition: the aligned binary tree over `span` (a power of two) ranks from `first`.
float plain_tree(std::size_t i, std::size_t first, std::size_t span, std::size_t ranks) {
  if (span == 1) return number(first, i);
  const float left = plain_tree(i, first, span / 2, ranks);
  const std::size_t middle = first + span / 2;
  return middle < ranks ? left + plain_tree(i, middle, span / 2, ranks) : left;
}

class AllreduceCase final : public Case {
 public:
  AllreduceCase(const comm::Communicator& world, bool tree, std::size_t count)
      : world_(world), tree_(tree), allreduce_(world), values_(count) {}

  bool verify() override {
    const auto rank = static_cast<std::uint64_t>(world_.rank());
    for (std::size_t i = 0; i < values_.size(); ++i) values_[i] = number(rank, i);
    run();
    bool good = true;
    for (std::size_t i = 0; i < values_.size(); ++i) good = good && agrees(i);
    // Repeated sums shall not overflow.
    std::fill_n(values_.data(), values_.size(), 0.0F);
    run();
    return good;
  }
  void run() override {
    if (tree_) {
      allreduce_.sum(values_.span());
    } else {
      world_.mpi_sum(values_.span());
    }
  }

 private:
  // The tree must have the definition's bits. MPI's order is its own: P - 1 additions of numbers
  // below 1, each of whose results is below P, on both sides.
  [[nodiscard]] bool agrees(std::size_t i) const {
    const auto ranks = static_cast<std::size_t>(world_.size());
    const float plain = plain_tree(i, 0, std::bit_ceil(ranks), ranks);
    if (tree_)
      return std::bit_cast<std::uint32_t>(values_[i]) == std::bit_cast<std::uint32_t>(plain);
    const auto p = static_cast<float>(ranks);
    return std::abs(values_[i] - plain) <= p * p * std::numeric_limits<float>::epsilon();
  }

  const comm::Communicator& world_;
  bool tree_;
  comm::TreeAllreduce<float> allreduce_;
  core::AlignedBuffer<float> values_;
};

std::string size_name(std::size_t bytes) {
  return bytes < (std::size_t{1} << 20) ? fmt::format("{}KiB", bytes >> 10)
                                        : fmt::format("{}MiB", bytes >> 20);
}

}  // namespace

void add_allreduce(Suite& suite) {
  const double ranks = suite.world().size();
  for (std::size_t bytes = kSmallestBytes; bytes <= kLargestBytes; bytes *= 4) {
    for (const bool tree : {true, false}) {
      // Bus bandwidth as NVIDIA's nccl-tests define it: what every link must carry at least.
      const double bus_bytes = 2 * (ranks - 1) / ranks * static_cast<double>(bytes);
      suite.add({fmt::format("allreduce/{}/{}", tree ? "tree" : "mpi", size_name(bytes)),
                 kEstimatedLatency + static_cast<double>(bytes) / kEstimatedBytes,
                 {{"bus_GB/s", bus_bytes * 1e-9}}},
                [&world = suite.world(), tree, bytes] {
                  return std::make_unique<AllreduceCase>(world, tree, bytes / sizeof(float));
                });
    }
  }
}

}  // namespace plumb::bench
