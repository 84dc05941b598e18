// Sums the gradient of a step over the threads of a rank and over ranks.
#pragma once

#include <cstddef>
#include <exception>
#include <memory>
#include <span>
#include <vector>

#include "train/gradient_reducer.hpp"

namespace plumb::train {

template <class T>
class GradientSync;

/// The gradient of one step, computed on this rank and on its way to the sum over ranks. What was
/// not waited for is waited for when this is destroyed, unless an exception passes: then other
/// ranks may not answer. It must not outlive its GradientSync.
template <class T>
class GradientInFlight {
 public:
  /// The few sums of a step besides the gradient; always the fixed tree, never rounded.
  void sum_row(std::span<double> row);
  /// Moves messages on, when something else takes time.
  void poll();
  /// Waits for a piece of the parameters' gradient, the next after those that are summed already.
  /// Returns the offset in the block from which everything is summed; 0: all is.
  std::size_t wait_for_next();
  /// Parameters and extra block.
  void wait_for_all();

 private:
  friend class GradientSync<T>;
  explicit GradientInFlight(GradientSync<T>& sync) : sync_(&sync) {}

  struct EndStep {
    int exceptions = std::uncaught_exceptions();
    void operator()(GradientSync<T>* sync) const noexcept;
  };
  std::unique_ptr<GradientSync<T>, EndStep> sync_;
};

/// Collective over ranks; by the thread that owns MPI. All ranks end with the same bits.
template <class T>
class GradientSync {
 public:
  /// communicator and store must outlive this.
  GradientSync(const comm::Communicator& communicator, GradientStore<T>& store,
               SyncOptions options);
  GradientSync(const GradientSync&) = delete;
  GradientSync& operator=(const GradientSync&) = delete;

  /// Calls backward(listener), which puts the gradients of all threads into the store and
  /// notifies the listener (null: there is none) of how far they are; what is complete is sent off
  /// meanwhile. with_extra: the extra block is measured and summed, too. Throws std::logic_error
  /// while another gradient is in flight.
  template <class Backward>
  [[nodiscard]] GradientInFlight<T> start(bool with_extra, const Backward& backward) {
    GradientInFlight<T> gradient = begin();
    backward(reducer_->listener());
    reducer_->backward_done(with_extra);
    return gradient;
  }
  [[nodiscard]] bool in_flight() const noexcept { return in_flight_; }

  [[nodiscard]] std::vector<BucketShape> buckets() const { return reducer_->buckets(); }
  /// Of the last step.
  [[nodiscard]] std::span<const BucketTimes> bucket_timings() const {
    return reducer_->bucket_timings();
  }
  [[nodiscard]] const OverlapTimer& timer() const noexcept { return timer_; }

 private:
  friend class GradientInFlight<T>;
  GradientInFlight<T> begin();
  void report_wait(double seconds, std::vector<comm::LongWait::Sum> sums, std::string what) const;

  const comm::Communicator& communicator_;
  GradientStore<T>& store_;
  const SyncOptions options_;
  OverlapTimer timer_;
  bool in_flight_ = false;
  std::unique_ptr<GradientReducer<T>> reducer_;
  comm::TreeAllreduce<double> rows_;
};

}  // namespace plumb::train
