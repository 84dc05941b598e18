#include "cli/memory_need.hpp"

#include <algorithm>
#include <bit>

#include "comm/allreduce/tree_allreduce.hpp"
#include "train/wire.hpp"

namespace plumb::cli {
namespace {

constexpr std::size_t kCheckSamples = 2;  // of the gradient, see train/verification.cpp

/// Counts numbers, of whatever precision: the members mirror who allocates them.
class Count {
 public:
  Count(const study::RunSettings& run, const net::Network<float>& network, std::size_t inputs)
      : run_(run), network_(network), inputs_(inputs) {}

  [[nodiscard]] std::size_t parameters() const { return network_.layout().block_size(); }
  /// train::GradientStore, of one thread.
  [[nodiscard]] std::size_t gradient() const {
    return parameters() + network_.extra().block_size();
  }
  [[nodiscard]] std::size_t optimizer() const;
  [[nodiscard]] std::size_t slice(std::size_t samples) const;
  [[nodiscard]] std::size_t partial_sums(std::size_t slices) const;
  [[nodiscard]] std::size_t scratch(std::size_t samples) const;

 private:
  [[nodiscard]] std::size_t largest_stage() const;
  [[nodiscard]] std::size_t columns() const;
  [[nodiscard]] std::size_t fed_gradient(std::size_t samples) const;

  const study::RunSettings& run_;
  const net::Network<float>& network_;
  std::size_t inputs_;
};

std::size_t Count::optimizer() const {
  return train::info_of(run_.train.optimizer).states_per_parameter(run_.train) * parameters();
}

std::size_t Count::largest_stage() const {
  std::size_t largest = 0;
  for (const net::Stage& stage : network_.stages()) largest = std::max(largest, stage.entries());
  return largest;
}

/// net::Slice: activations and derivatives, what stages are fed with, two deltas, the input.
std::size_t Count::slice(std::size_t samples) const {
  std::size_t numbers = inputs_ + 2 * largest_stage();
  for (const net::Stage& stage : network_.stages()) numbers += 2 * stage.entries() + stage.fed;
  return samples * numbers;
}

/// train::Worker: for each level of the tree over its slices one gradient of the largest group.
std::size_t Count::partial_sums(std::size_t slices) const {
  std::size_t largest = 0;
  for (std::size_t g = 0; g < network_.groups(); ++g) {
    largest = std::max(largest, network_.layout().group_size(g) + network_.extra().group_size(g));
  }
  return slices < 2 ? 0 : static_cast<std::size_t>(std::bit_width(slices - 1)) * largest;
}

/// The pixels that each place of an image looks at, in rows: the largest such matrix.
std::size_t Count::columns() const {
  std::size_t largest = 0;
  for (std::size_t g = 0; g + 1 < network_.groups(); ++g) {
    const std::size_t places = network_.stages()[g].positions;
    largest = std::max(largest, places * network_.layout().shape(g).fan_in);
  }
  return largest;
}

/// What arrives at pooled images, or at images that skips add to: all those of the output
/// layer, one of a convolution.
std::size_t Count::fed_gradient(std::size_t samples) const {
  const std::span<const net::Stage> stages = network_.stages();
  std::size_t largest = samples * stages.back().fed;
  for (std::size_t l = 1; l + 1 < stages.size(); ++l) {
    const std::size_t skipped = run_.network.residual ? stages[l].entries() : 0;
    largest = std::max({largest, stages[l].fed, skipped});
  }
  return largest;
}

/// net::Scratch, of one thread: columns and their gradient, what arrives at pooled images of a
/// cnn; one time step's gradient of an rnn; deltas without the loss scale.
std::size_t Count::scratch(std::size_t samples) const {
  const net::NetworkSettings& settings = run_.network;
  std::size_t numbers = 0;
  if (settings.family == net::Family::Cnn) {
    numbers += (settings.depth > 1 ? 2 : 1) * columns() + fed_gradient(samples);
  }
  if (settings.family == net::Family::Rnn) numbers += network_.layout().parameters(0);
  const train::LossScale& scale = run_.train.loss_scale;
  if (scale.dynamic || scale.value != 1) numbers += samples * largest_stage();
  return numbers;
}

/// All numbers of the run's precision.
std::size_t training(const Count& count, const study::RunSettings& run,
                     const train::WorkPlan& plan) {
  const std::size_t threads = plan.busy_threads(0);
  std::size_t numbers = count.parameters() + count.optimizer() +
                        std::max<std::size_t>(1, threads) * count.gradient() +
                        plan.of_rank(0).count * count.slice(run.train.slice);
  for (std::size_t thread = 0; thread < threads; ++thread) {
    numbers += count.partial_sums(plan.of_thread(0, thread).count) + count.scratch(run.train.slice);
  }
  return numbers;
}

/// Before the first step, in float64, beside all the rest: the parameters once more, their gradient
/// and a few samples. Working memory is kept for the next time, so float64 runs have it already.
std::size_t gradient_check(const Count& count, bool wide) {
  return 2 * count.parameters() + count.slice(kCheckSamples) +
         (wide ? 0 : count.scratch(kCheckSamples));
}

/// Bytes for messages of one rank's sums.
std::size_t messages(const Count& count, const train::TrainSettings& settings) {
  const std::size_t bucket = settings.allreduce.bucket_kib * 1024;
  if (settings.allreduce.algorithm == train::AllreduceAlgorithm::Mpi) return 0;
  const comm::WireCodec wire = train::wire_codec(settings.allreduce.wire);
  if (settings.precision == train::Precision::Float64) {
    return comm::tree_memory<double>(wire, std::min(bucket / sizeof(double), count.gradient()));
  }
  return comm::tree_memory<float>(wire, std::min(bucket / sizeof(float), count.gradient()));
}

}  // namespace

double memory_need(const study::RunSettings& run, const net::Network<float>& network,
                   std::size_t inputs, const train::WorkPlan& plan, std::size_t ranks) {
  const Count count(run, network, inputs);
  const bool wide = run.train.precision == train::Precision::Float64;
  const std::size_t scalar = wide ? sizeof(double) : sizeof(float);
  const std::size_t received = ranks > 1 ? messages(count, run.train) : 0;
  return static_cast<double>(scalar * training(count, run, plan) +
                             sizeof(double) * gradient_check(count, wide) + received);
}

}  // namespace plumb::cli
