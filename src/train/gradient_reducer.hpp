// The ways in which the gradients of all threads and ranks become one sum.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "comm/allreduce/tree_allreduce.hpp"
#include "comm/communicator.hpp"
#include "train/gradient_store.hpp"
#include "train/observer.hpp"
#include "train/settings.hpp"
#include "train/timing_log.hpp"
#include "train/worker.hpp"

namespace plumb::train {

struct SyncOptions {
  AllreduceSettings settings;
  std::size_t workers = 1;   // threads of this rank with slices
  std::size_t threads = 1;   // of this rank
  std::size_t row_size = 0;  // of GradientInFlight::sum_row()
  std::function<void(const std::string&)> on_long_wait = {};
};

/// What a reducer works on; all of it must outlive the reducer.
template <class T>
struct ReducerContext {
  const comm::Communicator& communicator;
  GradientStore<T>& store;
  const SyncOptions& options;
  OverlapTimer& timer;
  std::function<void(double seconds)> on_long_wait;
};

/// Called by GradientSync alone, which keeps the order: begin, the backward pass with listener(),
/// backward_done, the waits. Collective over ranks; by the thread that owns MPI, but for the
/// listener. All ranks end with the same bits.
template <class T>
class GradientReducer {
 public:
  GradientReducer() = default;
  GradientReducer(const GradientReducer&) = delete;
  GradientReducer& operator=(const GradientReducer&) = delete;
  virtual ~GradientReducer() = default;

  virtual void begin() {}
  /// What is notified of the progress of the backward pass; null: no listener is needed.
  virtual BackwardListener* listener() { return nullptr; }
  /// The gradients of all threads are in the store; with_extra: the extra block is summed, too.
  virtual void backward_done(bool with_extra) = 0;
  /// Moves messages on, without the clock; true if anything moved.
  virtual bool progress() { return false; }
  [[nodiscard]] virtual bool in_flight() const { return false; }

  /// See GradientInFlight.
  virtual std::size_t wait_for_next() { return 0; }
  virtual void wait_for_all() {}

  /// Parts of the gradient under way: whom they wait for, and how they are called.
  [[nodiscard]] virtual std::vector<comm::LongWait::Sum> under_way() const { return {}; }
  [[nodiscard]] virtual std::string describe(
      const std::vector<comm::LongWait::Sum>& /*sums*/) const {
    return {};
  }
  [[nodiscard]] virtual std::vector<BucketShape> buckets() const { return {}; }
  /// Of the last step, complete after wait_for_all().
  [[nodiscard]] virtual std::span<const BucketTimes> bucket_timings() const { return {}; }
};

/// Memory for messages of blocks of so many elements between so many ranks.
template <class T>
std::size_t gradient_reducer_bytes(const AllreduceSettings& settings, std::size_t elements,
                                   std::size_t ranks);

template <class T>
std::unique_ptr<GradientReducer<T>> make_gradient_reducer(ReducerContext<T> context);

}  // namespace plumb::train
