#include "train/bucket_reducer.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "train/parallel.hpp"
#include "train/settings.hpp"

namespace plumb::train {
namespace {

template <class T>
std::size_t longest_bucket(const AllreduceSettings& settings) {
  return std::max<std::size_t>(1, settings.bucket_kib * 1024 / sizeof(T));
}

std::size_t most_elements(const std::vector<Bucket>& buckets) {
  std::size_t most = 0;
  for (const Bucket& bucket : buckets) most = std::max(most, bucket.count);
  return most;
}

}  // namespace

template <class T>
BucketReducer<T>::BucketReducer(ReducerContext<T> context)
    : context_(std::move(context)),
      buckets_(
          cut_into_buckets(context_.store.layout(), longest_bucket<T>(context_.options.settings))),
      parameter_buckets_(buckets_.size()),
      workers_(context_.options.workers),
      tree_(context_.communicator,
            {.wire = wire_codec(context_.options.settings.wire),
             .report_wait_seconds = context_.options.settings.stall_seconds,
             .on_long_wait =
                 [this](const comm::LongWait& wait) { context_.on_long_wait(wait.seconds); }}),
      computed_(context_.store.layout().layers()),
      combined_(parameter_buckets_),
      shares_(workers_),
      timings_(parameter_buckets_) {
  GradientStore<T>& store = context_.store;
  const auto extra =
      cut_extra(store.parameters().size(), store.extra().size(), store.layout().layers(),
                longest_bucket<T>(context_.options.settings));
  buckets_.insert(buckets_.end(), extra.begin(), extra.end());
  tree_.reserve(most_elements(buckets_));
}

template <class T>
std::size_t BucketReducer<T>::bytes_for(const AllreduceSettings& settings, std::size_t elements) {
  return comm::tree_memory<T>(wire_codec(settings.wire),
                              std::min(longest_bucket<T>(settings), elements));
}

template <class T>
void BucketReducer<T>::begin() {
  for (auto& count : computed_) count.store(0, std::memory_order_relaxed);
  for (auto& count : combined_) count.store(0, std::memory_order_relaxed);
  for (Share& share : shares_) share.next = 0;
  first_ticket_ += started_;
  started_ = waited_ = finished_ = 0;
  std::fill(timings_.begin(), timings_.end(), BucketTimes{});
}

template <class T>
BackwardListener* BucketReducer<T>::listener() {
  return context_.options.settings.overlap ? this : nullptr;
}

template <class T>
bool BucketReducer<T>::computed(std::size_t bucket) const {
  // Threads leave the groups from the last to the first.
  return computed_[buckets_[bucket].first_group].load(std::memory_order_acquire) == workers_;
}

template <class T>
bool BucketReducer<T>::combined(std::size_t bucket) const {
  return combined_[bucket].load(std::memory_order_acquire) == workers_;
}

template <class T>
void BucketReducer<T>::group_done(std::size_t thread, std::size_t group) {
  computed_[group].fetch_add(1, std::memory_order_release);
  between_products(thread);
}

template <class T>
void BucketReducer<T>::between_products(std::size_t thread) {
  combine_shares(thread);
  if (thread != 0) return;
  context_.timer.enter();
  start_combined();
  progress();
  context_.timer.leave(in_flight());
}

template <class T>
void BucketReducer<T>::combine_shares(std::size_t thread) {
  std::size_t& next = shares_[thread].next;
  for (; next < parameter_buckets_ && computed(next); ++next) {
    combine_share(thread, buckets_[next]);
    combined_[next].fetch_add(1, std::memory_order_release);
  }
}

template <class T>
void BucketReducer<T>::combine_share(std::size_t thread, const Bucket& bucket) {
  constexpr std::size_t kLine = core::kAlignmentBytes / sizeof(T);
  const auto cut = [&](std::size_t share) {
    return share == workers_ ? bucket.count : bucket.count * share / workers_ / kLine * kLine;
  };
  context_.store.combine(bucket.offset + cut(thread), cut(thread + 1) - cut(thread));
}

template <class T>
void BucketReducer<T>::start_combined() {
  while (started_ < parameter_buckets_ && combined(started_)) {
    timings_[started_].ready = context_.timer.seconds_since_start();
    start(buckets_[started_]);
  }
}

template <class T>
void BucketReducer<T>::start(const Bucket& bucket) {
  tree_.start(context_.store.all().subspan(bucket.offset, bucket.count));
  ++started_;
}

template <class T>
void BucketReducer<T>::backward_done(bool with_extra) {
  for (auto& count : computed_) count.store(workers_, std::memory_order_relaxed);
  const bool complete = std::all_of(shares_.begin(), shares_.end(), [&](const Share& share) {
    return share.next == parameter_buckets_;
  });
  if (!complete) run_on_threads(workers_, [&](std::size_t thread) { combine_shares(thread); });
  context_.store.mark_combined();
  if (with_extra) context_.store.combine_extra(context_.options.threads);
  context_.timer.enter();
  start_combined();
  if (with_extra) {
    for (std::size_t b = parameter_buckets_; b < buckets_.size(); ++b) start(buckets_[b]);
  }
  progress();
  context_.timer.leave(in_flight());
}

template <class T>
bool BucketReducer<T>::progress() {
  const bool moved = tree_.progress();
  note_finished();
  return moved;
}

template <class T>
void BucketReducer<T>::note_finished() {
  const std::size_t last = std::min(started_, parameter_buckets_);
  for (; finished_ < last && tree_.done(first_ticket_ + finished_); ++finished_) {
    timings_[finished_].finish = context_.timer.seconds_since_start();
  }
}

template <class T>
void BucketReducer<T>::wait_for(std::size_t bucket) {
  context_.timer.enter();
  tree_.wait(first_ticket_ + bucket, [this] {
    note_finished();
    return false;
  });
  note_finished();
  const double seconds = context_.timer.leave(in_flight());
  if (bucket < parameter_buckets_) timings_[bucket].exposed = seconds;
}

template <class T>
std::size_t BucketReducer<T>::wait_for_next() {
  if (waited_ >= parameter_buckets_) return 0;
  wait_for(waited_++);
  while (waited_ < parameter_buckets_ && tree_.done(first_ticket_ + waited_)) ++waited_;
  return buckets_[waited_ - 1].offset;
}

template <class T>
void BucketReducer<T>::wait_for_all() {
  while (waited_ < started_) wait_for(waited_++);
}

template <class T>
std::vector<BucketShape> BucketReducer<T>::buckets() const {
  const bool narrow = std::is_same_v<T, float>;
  const std::size_t bytes = narrow ? math::bytes_of(context_.options.settings.wire) : sizeof(T);
  std::vector<BucketShape> shapes;
  shapes.reserve(parameter_buckets_);
  for (std::size_t b = 0; b < parameter_buckets_; ++b) {
    shapes.push_back({buckets_[b].count * bytes, buckets_[b].first_group, buckets_[b].last_group});
  }
  return shapes;
}

template <class T>
std::string BucketReducer<T>::describe(const std::vector<comm::LongWait::Sum>& sums) const {
  std::vector<std::uint64_t> numbers;
  numbers.reserve(sums.size());
  for (const comm::LongWait::Sum& sum : sums) numbers.push_back(sum.ticket - first_ticket_ + 1);
  std::sort(numbers.begin(), numbers.end());
  return fmt::format("gradient bucket {} of {}", fmt::join(numbers, ", "), buckets_.size());
}

template class BucketReducer<float>;
template class BucketReducer<double>;

}  // namespace plumb::train
