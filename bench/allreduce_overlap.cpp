// How much of a sum over ranks hides behind matrix products, as OSU's osu_iallreduce measures it.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "bench/allreduce_methods.hpp"
#include "bench/numbers.hpp"
#include "bench/polled_sum.hpp"
#include "bench/suite.hpp"
#include "core/clock.hpp"
#include "math/gemm/gemm.hpp"

namespace plumb::bench {
namespace {

constexpr std::size_t kKibi = 1024;
constexpr double kEstimatedBytes = 1e9;  // per second, all three parts together
constexpr double kEstimatedLatency = 1e-4;

/// A piece of work between two polls: about 10 us, a slice's product with a layer of 128 units.
class Product {
 public:
  void run() {
    using math::Op;
    math::gemm<float>(Op::None, Op::None, 1, {a_.data(), kSamples, kWidth},
                      {b_.data(), kWidth, kWidth}, 0, {c_.data(), kSamples, kWidth});
  }

 private:
  static constexpr std::size_t kSamples = 64;
  static constexpr std::size_t kWidth = 128;
  core::AlignedBuffer<float> a_ = normal_numbers(kSamples * kWidth, 1);
  core::AlignedBuffer<float> b_ = normal_numbers(kWidth * kWidth, 2);
  core::AlignedBuffer<float> c_{kSamples * kWidth};
};

class Overlap final : public Comparison {
 public:
  Overlap(const comm::Communicator& world, std::unique_ptr<PolledSum> sum)
      : world_(world), sum_(std::move(sum)) {}

  bool verify() override {
    const bool good = sum_->is_right([this] { compute_and_poll(); });
    calibrate();
    return good;
  }

  std::vector<double> round() override {
    return {seconds_of([this] { communicate(); }), seconds_of([this] { compute(); }),
            seconds_of([this] {
              sum_->start();
              compute_and_poll();
              sum_->wait();
            })};
  }

  /// The share of the sum's own time that computing does not get longer by. Polls count as exposed.
  [[nodiscard]] std::vector<Finding> findings(const std::vector<double>& medians) const override {
    const double communication = medians[0];
    const double computation = medians[1];
    const double together = medians[2];
    const double hidden = 1 - (together - computation) / communication;
    return {{"sum_us", communication * 1e6},
            {"compute_us", computation * 1e6},
            {"together_us", together * 1e6},
            {"overlap_percent", 100 * std::clamp(hidden, 0.0, 1.0)}};
  }

 private:
  template <class Action>
  double seconds_of(const Action& action) {
    world_.barrier();
    const core::Stopwatch watch;
    action();
    return watch.elapsed();
  }

  void communicate() {
    sum_->start();
    sum_->wait();
  }
  void compute() {
    for (std::size_t i = 0; i < products_; ++i) product_.run();
  }
  void compute_and_poll() {
    for (std::size_t i = 0; i < products_; ++i) {
      product_.run();
      sum_->poll();
    }
  }

  /// As many products as take the time of the sum; the same number on all ranks. The second look
  /// is at a whole sum's worth of them, which may run at another clock than a few.
  void calibrate() {
    const double wanted = agreed_seconds_of([this] { communicate(); });
    for (int look = 0; look < 2; ++look) {
      const double found = agreed_seconds_of([this] { compute(); });
      const double products = static_cast<double>(products_) * wanted / found;
      products_ = static_cast<std::size_t>(std::clamp(std::round(products), 1.0, 1e6));
    }
  }

  /// The shortest of a few tries, each of the slowest rank: others may use the machine.
  template <class Action>
  double agreed_seconds_of(const Action& action) {
    std::array<double, 5> tries{};
    for (double& seconds : tries) seconds = seconds_of(action);
    world_.max(std::span<double>(tries));
    return *std::min_element(tries.begin(), tries.end());
  }

  const comm::Communicator& world_;
  std::unique_ptr<PolledSum> sum_;
  Product product_;
  std::size_t products_ = 16;
};

using Make = std::unique_ptr<PolledSum> (*)(const comm::Communicator& world, std::size_t count);

void add_overlap(Suite& suite, const char* name, Make make, std::size_t bytes) {
  suite.add_comparison({fmt::format("allreduce_overlap/{}/{}", name, size_name(bytes)),
                        kEstimatedLatency + static_cast<double>(bytes) / kEstimatedBytes,
                        {}},
                       [&world = suite.world(), make, bytes] {
                         return std::make_unique<Overlap>(world,
                                                          make(world, bytes / sizeof(float)));
                       });
}

}  // namespace

/// Nothing to hide on one rank.
void add_allreduce_overlap(Suite& suite) {
  if (suite.world().size() == 1) return;
  for (std::size_t bytes = 64 * kKibi; bytes <= 64 * kKibi * kKibi; bytes *= 4) {
    add_overlap(suite, "tree", &polled_tree, bytes);
    add_overlap(suite, "mpi", &polled_mpi, bytes);
  }
}

}  // namespace plumb::bench
