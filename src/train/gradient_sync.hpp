// Sums gradients over the threads of a rank and over ranks.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "comm/allreduce/tree_allreduce.hpp"
#include "comm/communicator.hpp"
#include "train/backward_listener.hpp"
#include "train/flight_log.hpp"
#include "train/gradient_store.hpp"
#include "train/observer.hpp"
#include "train/settings.hpp"

namespace plumb::train {

struct SyncOptions {
  AllreduceSettings settings;
  std::size_t workers = 1;   // threads of this rank with slices
  std::size_t threads = 1;   // of this rank
  std::size_t row_size = 0;  // of sum_row()
  std::function<void(const std::string&)> on_stall = {};
};

/// Called step by step, in this order: begin, the backward pass with listener(), backward_done,
/// [sum_row], wait for each piece or for all. Collective over ranks; by the thread that owns MPI,
/// but for the listener. All ranks end with the same bits.
template <class T>
class GradientSync {
 public:
  GradientSync(const comm::Communicator& communicator, GradientStore<T>& store,
               const SyncOptions& options);
  GradientSync(const GradientSync&) = delete;
  GradientSync& operator=(const GradientSync&) = delete;
  virtual ~GradientSync() = default;

  /// A step begins. with_extra: its extra block is measured and summed, too.
  void begin(bool with_extra);
  /// Who has to hear of the backward pass; null: nobody.
  virtual BackwardListener* listener() { return nullptr; }
  /// The gradients of all threads are in the store.
  virtual void backward_done() = 0;
  /// The few sums of a step besides the gradient; always the fixed tree, never rounded.
  void sum_row(std::span<double> row);
  /// Moves messages on, when something else takes time.
  void poll();

  /// Waits for a piece of the parameters' gradient, the next after those that are summed already.
  /// Returns the offset in the block from which everything is summed; 0: all is.
  virtual std::size_t wait_for_next() = 0;
  /// Parameters and extra block.
  virtual void wait_for_all() = 0;

  [[nodiscard]] virtual std::vector<BucketShape> buckets() const { return {}; }
  /// Of the step, complete after wait_for_all().
  [[nodiscard]] virtual std::span<const BucketTiming> bucket_timings() const { return {}; }
  [[nodiscard]] const FlightLog& log() const noexcept { return log_; }

 protected:
  virtual void begin_buckets() {}
  /// poll() without the clock; true if anything moved.
  virtual bool move_on() { return false; }
  [[nodiscard]] virtual bool in_flight() const { return false; }
  /// Parts of the gradient under way: whom they wait for, and how they are called.
  [[nodiscard]] virtual std::vector<comm::Stall::Sum> under_way() const { return {}; }
  [[nodiscard]] virtual std::string describe(const std::vector<comm::Stall::Sum>& /*sums*/) const {
    return {};
  }
  void tell(double seconds, std::vector<comm::Stall::Sum> sums, std::string what) const;

  const comm::Communicator& communicator_;
  GradientStore<T>& store_;
  const SyncOptions options_;
  FlightLog log_;
  double begun_ = 0;  // core::now_seconds()
  bool with_extra_ = false;

 private:
  comm::TreeAllreduce<double> rows_;
};

/// communicator and store must outlive the result.
template <class T>
std::unique_ptr<GradientSync<T>> make_gradient_sync(const comm::Communicator& communicator,
                                                    GradientStore<T>& store,
                                                    const SyncOptions& options);

}  // namespace plumb::train
