// One training step: gradient of the global batch, sum over ranks, update.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "core/aligned_buffer.hpp"
#include "data/sample_order.hpp"
#include "net/network.hpp"
#include "train/context.hpp"
#include "train/gradient_finish.hpp"
#include "train/gradient_store.hpp"
#include "train/gradient_sync.hpp"
#include "train/observer.hpp"
#include "train/optimizers/update_rule.hpp"
#include "train/settings.hpp"
#include "train/step_sums.hpp"
#include "train/work_plan.hpp"
#include "train/worker.hpp"

namespace plumb::train {

template <class T>
class StepEngine;

/// What became of a step; the spans are valid until the next one begins.
struct StepResult {
  double loss_scale = 1;      // of the loss in this step
  FinishedGradient gradient;  // its norm is there when gradient.complete or the step was measured
  std::span<const LayerSums> layers;        // empty unless measured
  std::span<const LayerHistograms> counts;  // empty unless counted
  std::span<const BucketTimes> buckets;
  PhaseSeconds seconds{};
};

/// A step under way: its gradient is computed and perhaps still on its way, its batch sums are
/// known. Destroyed without update(), it is left out; so it must be on all ranks alike.
template <class T>
class Step {
 public:
  [[nodiscard]] const BatchSums& batch_sums() const noexcept { return batch_sums_; }
  /// Gradient of the mean loss over the global batch, before clipping; waits for all of it. Valid
  /// until update().
  [[nodiscard]] std::span<const T> gradient();
  /// Collective: the step itself. Takes one piece of the gradient after the other, while others are
  /// on their way.
  StepResult update() &&;

 private:
  friend class StepEngine<T>;
  Step(StepEngine<T>& engine, GradientInFlight<T> gradient, Measure measure)
      : engine_(&engine), gradient_(std::move(gradient)), measure_(measure) {}

  StepEngine<T>* engine_;
  GradientInFlight<T> gradient_;  // empty after update()
  Measure measure_;
  BatchSums batch_sums_;
  PhaseSeconds seconds_{};
};

/// Not thread-safe; it runs its own threads.
template <class T>
class StepEngine {
 public:
  /// Throws core::UsageError when the network does not fit the data set, or the layout the slices.
  StepEngine(const net::NetworkSettings& network, const TrainSettings& settings,
             const TrainContext& context);

  /// What rank 0 takes, which has the most slices: parameters, gradients, the samples' way through
  /// the network, messages. plan: of the batch's slices over this many ranks.
  [[nodiscard]] static std::size_t bytes_for(const net::Network<T>& network,
                                             const TrainSettings& settings, const WorkPlan& plan);

  /// Collective: forward and backward over this rank's slices, and the sums over all ranks.
  /// requests: of this rank to all; they arrive with batch_sums(). Throws std::logic_error while
  /// another step is under way.
  [[nodiscard]] Step<T> begin_step(std::uint64_t step, Measure measure, const Requests& requests);
  [[nodiscard]] bool step_under_way() const noexcept { return gradient_sync_.in_flight(); }

  [[nodiscard]] const net::Network<T>& network() const noexcept { return *network_; }
  [[nodiscard]] const WorkPlan& plan() const noexcept { return plan_; }
  [[nodiscard]] const data::SampleOrder& order() const noexcept { return order_; }
  [[nodiscard]] std::span<T> parameters() { return parameters_.span(); }
  /// How the gradient travels, see Training::buckets().
  [[nodiscard]] std::vector<BucketShape> buckets() const { return gradient_sync_.buckets(); }
  /// The workers of this rank's busy threads.
  [[nodiscard]] std::vector<Worker<T>>& workers() noexcept { return workers_; }

 private:
  friend class Step<T>;
  /// Of one step, as the workers see it.
  struct Pass {
    std::uint64_t step;
    Measure measure;
    BackwardListener* listener;
  };
  void warm_up();
  void compute_gradient(const Pass& pass, PhaseSeconds& seconds);
  void work_on_slices(const Pass& pass, std::size_t thread, PhaseSeconds& seconds);
  BatchSums sum_rows(GradientInFlight<T>& gradient);
  void update(GradientInFlight<T>& gradient, Measure measure, PhaseSeconds& seconds);
  void count_alive();
  void count_deltas();
  void update_chunks(std::size_t first, std::size_t last, Measure measure,
                     GradientInFlight<T>& gradient);
  void update_chunk(std::size_t index, Measure measure);
  math::UpdateSums leave_alone(const Chunk& chunk);
  void collect_group_sums();
  void collect_extra_sums();
  std::span<double> row(std::size_t slice);

  const TrainContext context_;
  const TrainSettings settings_;
  std::unique_ptr<const net::Network<T>> network_;
  WorkPlan plan_;
  data::SampleOrder order_;
  std::size_t rank_;
  std::vector<Worker<T>> workers_;
  core::AlignedBuffer<T> parameters_;
  std::unique_ptr<UpdateRule<T>> update_rule_;
  GradientStore<T> store_;
  GradientFinish<T> finish_;
  FinishedGradient finished_;
  double step_loss_scale_ = 1;
  std::vector<math::UpdateSums> chunk_sums_;
  std::vector<double> rows_;  // one row of step sums per slice of this rank, at least one
  std::size_t row_size_;
  std::vector<LayerSums> layer_sums_;
  std::vector<LayerHistograms> layer_counts_;
  GradientSync<T> gradient_sync_;
};

}  // namespace plumb::train
