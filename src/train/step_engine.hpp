// One training step: gradient of the global batch, sum over ranks, update.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/aligned_buffer.hpp"
#include "data/sample_order.hpp"
#include "net/mlp.hpp"
#include "train/context.hpp"
#include "train/gradient_sync.hpp"
#include "train/observer.hpp"
#include "train/settings.hpp"
#include "train/step_sums.hpp"
#include "train/update_chunks.hpp"
#include "train/work_plan.hpp"
#include "train/worker.hpp"

namespace plumb::train {

/// Called step by step, in this order: compute_gradient, synchronise, [gradient], update.
/// synchronise is collective over ranks. Not thread-safe; it runs its own threads.
template <class T>
class StepEngine {
 public:
  StepEngine(const net::NetworkSettings& network, const TrainSettings& settings,
             const TrainContext& context);

  /// Forward and backward over this rank's slices. measure: also collect the activation sums.
  /// exit_code: not 0 asks all ranks to leave with it, see BatchSums::stop_code.
  void compute_gradient(std::uint64_t step, bool measure, int exit_code, PhaseSeconds& seconds);
  /// Sums gradients and step sums over threads and ranks.
  void synchronise(bool measure, PhaseSeconds& seconds);
  /// The step itself. measure: also collect the update sums.
  void update(bool measure, PhaseSeconds& seconds);

  /// Of the step just synchronised.
  [[nodiscard]] const BatchSums& batch_sums() const noexcept { return batch_sums_; }
  /// Complete after a measured update().
  [[nodiscard]] std::span<const LayerSums> layer_sums() const noexcept { return layer_sums_; }

  [[nodiscard]] const net::Mlp<T>& mlp() const noexcept { return mlp_; }
  [[nodiscard]] const WorkPlan& plan() const noexcept { return plan_; }
  [[nodiscard]] const data::SampleOrder& order() const noexcept { return order_; }
  [[nodiscard]] std::span<T> parameters() { return parameters_.span(); }
  /// Gradient of the mean loss over the global batch; valid between synchronise() and the next
  /// compute_gradient().
  [[nodiscard]] std::span<const T> gradient();
  /// The workers of this rank's busy threads.
  [[nodiscard]] std::vector<Worker<T>>& workers() noexcept { return workers_; }

 private:
  void work_on_slices(Worker<T>& worker, std::uint64_t step, bool measure, PhaseSeconds& seconds);
  void combine_threads();
  void combine_chunk(const Chunk& chunk);
  void update_chunk(const Chunk& chunk, std::size_t index, bool measure);
  void collect_update_sums();
  void sum_rows();
  void count_alive();
  std::span<double> row(std::size_t slice);

  const TrainContext context_;
  const TrainSettings settings_;
  net::Mlp<T> mlp_;
  WorkPlan plan_;
  data::SampleOrder order_;
  std::size_t rank_;
  std::vector<Worker<T>> workers_;
  core::AlignedBuffer<T> parameters_;
  core::AlignedBuffer<T> velocity_;
  std::vector<core::AlignedBuffer<T>> gradients_;  // one block per busy thread, at least one
  bool threads_combined_ = false;
  std::vector<Chunk> chunks_;
  std::vector<math::UpdateSums> chunk_sums_;
  std::vector<double> rows_;  // one row of step sums per slice of this rank, at least one
  std::size_t row_size_;
  BatchSums batch_sums_;
  std::vector<LayerSums> layer_sums_;
  std::unique_ptr<GradientSync<T>> gradient_sync_;
  std::unique_ptr<GradientSync<double>> row_sync_;
};

}  // namespace plumb::train
