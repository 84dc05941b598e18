// Gradients that travel in buckets, while the backward pass goes on.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "train/gradient_reducer.hpp"
#include "train/gradient_store.hpp"

namespace plumb::train {

/// A bucket is computed when every thread has left its groups; then each thread adds up its share
/// of the bucket over the threads' blocks, whenever it comes by; then the thread that owns MPI
/// sends it off. Nobody waits for anybody before the end of the backward pass. Bits depend on none
/// of this: every element is added in the same tree.
template <class T>
class BucketReducer final : public GradientReducer<T>, public BackwardListener {
 public:
  explicit BucketReducer(ReducerContext<T> context);

  /// Memory for messages of blocks of so many elements.
  [[nodiscard]] static std::size_t bytes_for(const AllreduceSettings& settings,
                                             std::size_t elements);

  void begin() override;
  BackwardListener* listener() override;
  void group_done(std::size_t thread, std::size_t group) override;
  void between_products(std::size_t thread) override;

  void backward_done(bool with_extra) override;
  bool progress() override;
  [[nodiscard]] bool in_flight() const override { return !tree_.idle(); }
  std::size_t wait_for_next() override;
  void wait_for_all() override;

  [[nodiscard]] std::vector<comm::LongWait::Sum> under_way() const override {
    return tree_.under_way();
  }
  [[nodiscard]] std::string describe(const std::vector<comm::LongWait::Sum>& sums) const override;
  [[nodiscard]] std::vector<BucketShape> buckets() const override;
  [[nodiscard]] std::span<const BucketTimes> bucket_timings() const override { return timings_; }

 private:
  using Ticket = typename comm::TreeAllreduce<T>::Ticket;
  struct alignas(core::kAlignmentBytes) Share {
    std::size_t next = 0;  // bucket whose share this thread adds up next
  };

  [[nodiscard]] bool computed(std::size_t bucket) const;
  [[nodiscard]] bool combined(std::size_t bucket) const;
  void combine_shares(std::size_t thread);
  void combine_share(std::size_t thread, const Bucket& bucket);
  void start(const Bucket& bucket);
  void start_combined();
  void wait_for(std::size_t bucket);
  void note_finished();

  const ReducerContext<T> context_;
  std::vector<Bucket> buckets_;  // of the parameters, then of the extra block
  std::size_t parameter_buckets_;
  std::size_t workers_;
  comm::TreeAllreduce<T> tree_;
  std::vector<std::atomic<std::size_t>> computed_;  // threads that have left the group
  std::vector<std::atomic<std::size_t>> combined_;  // threads that have added up their share
  std::vector<Share> shares_;
  Ticket first_ticket_ = 0;   // of this step
  std::size_t started_ = 0;   // buckets of this step
  std::size_t waited_ = 0;    // buckets that were waited for
  std::size_t finished_ = 0;  // buckets before it are done, and have their time
  std::vector<BucketTimes> timings_;
};

}  // namespace plumb::train
