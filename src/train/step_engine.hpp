// One training step: gradient of the global batch, sum over ranks, update.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/aligned_buffer.hpp"
#include "data/sample_order.hpp"
#include "net/network.hpp"
#include "train/context.hpp"
#include "train/gradient_finish.hpp"
#include "train/gradient_store.hpp"
#include "train/gradient_sync.hpp"
#include "train/measure.hpp"
#include "train/observer.hpp"
#include "train/settings.hpp"
#include "train/step_sums.hpp"
#include "train/update_rule.hpp"
#include "train/work_plan.hpp"
#include "train/worker.hpp"

namespace plumb::train {

/// Called step by step, in this order: compute_gradient, synchronise, [gradient], update; or, after
/// synchronise, abandon. All are collective over ranks, whose messages are under way from the first
/// to the last. Not thread-safe; it runs its own threads.
template <class T>
class StepEngine {
 public:
  /// Throws core::UsageError when the network does not fit the data set, or the layout the slices.
  StepEngine(const net::NetworkSettings& network, const TrainSettings& settings,
             const TrainContext& context);

  /// Forward and backward over this rank's slices.
  /// requests: of this rank to all; they arrive with batch_sums().
  void compute_gradient(std::uint64_t step, Measure measure, const Requests& requests,
                        PhaseSeconds& seconds);
  /// Sums the step sums over ranks. whole: also waits for all of the gradient; otherwise update()
  /// waits for one piece after the other, while others are under way.
  void synchronise(Measure measure, bool whole, PhaseSeconds& seconds);
  /// The step itself.
  void update(Measure measure, PhaseSeconds& seconds);
  /// Ends the step without its update.
  void abandon() { gradient_sync_->wait_for_all(); }

  /// Of the step just synchronised.
  [[nodiscard]] const BatchSums& batch_sums() const noexcept { return batch_sums_; }
  /// The scale of the loss in the step just synchronised.
  [[nodiscard]] double loss_scale() const noexcept { return step_loss_scale_; }
  /// Complete after a measured update(), which has also put the norm into finished().
  [[nodiscard]] std::span<const LayerSums> layer_sums() const noexcept { return layer_sums_; }
  [[nodiscard]] std::span<const LayerCounts> layer_counts() const noexcept { return layer_counts_; }
  [[nodiscard]] const FinishedGradient& finished() const noexcept { return finished_; }

  [[nodiscard]] const net::Network<T>& network() const noexcept { return *network_; }
  [[nodiscard]] const WorkPlan& plan() const noexcept { return plan_; }
  [[nodiscard]] const data::SampleOrder& order() const noexcept { return order_; }
  [[nodiscard]] std::span<T> parameters() { return parameters_.span(); }
  /// Gradient of the mean loss over the global batch, before clipping; valid between a whole
  /// synchronise() and update().
  [[nodiscard]] std::span<const T> gradient();
  [[nodiscard]] const GradientSync<T>& gradient_sync() const noexcept { return *gradient_sync_; }
  /// The workers of this rank's busy threads.
  [[nodiscard]] std::vector<Worker<T>>& workers() noexcept { return workers_; }

 private:
  void rehearse();
  void work_on_slices(std::size_t thread, std::uint64_t step, Measure measure,
                      PhaseSeconds& seconds);
  void sum_rows();
  void count_alive();
  void count_deltas();
  void update_chunks(std::size_t first, std::size_t last, Measure measure);
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
  BatchSums batch_sums_;
  std::vector<LayerSums> layer_sums_;
  std::vector<LayerCounts> layer_counts_;
  std::unique_ptr<GradientSync<T>> gradient_sync_;
};

}  // namespace plumb::train
