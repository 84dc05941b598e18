#include "train/bucket_sync.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "train/parallel.hpp"

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
BucketSync<T>::BucketSync(const comm::Communicator& communicator, GradientStore<T>& store,
                          const SyncOptions& options)
    : GradientSync<T>(communicator, store, options),
      buckets_(cut_into_buckets(store.layout(), longest_bucket<T>(options.settings))),
      parameter_buckets_(buckets_.size()),
      workers_(options.workers),
      tree_(communicator,
            {.wire = options.settings.wire,
             .stall_seconds = options.settings.stall_seconds,
             .on_stall = [this](const comm::Stall& stall) { this->tell(stall.seconds, {}, {}); }}),
      computed_(store.layout().layers()),
      combined_(parameter_buckets_),
      shares_(workers_),
      timings_(parameter_buckets_) {
  const std::size_t parameters = store.parameters().size();
  const auto extra = cut_extra(parameters, store.extra().size(), store.layout().layers(),
                               longest_bucket<T>(options.settings));
  buckets_.insert(buckets_.end(), extra.begin(), extra.end());
  tree_.reserve(most_elements(buckets_));
}

template <class T>
void BucketSync<T>::begin_buckets() {
  for (auto& count : computed_) count.store(0, std::memory_order_relaxed);
  for (auto& count : combined_) count.store(0, std::memory_order_relaxed);
  for (Share& share : shares_) share.next = 0;
  first_ticket_ += started_;
  started_ = waited_ = finished_ = 0;
  std::fill(timings_.begin(), timings_.end(), BucketTiming{});
}

template <class T>
BackwardListener* BucketSync<T>::listener() {
  return this->options_.settings.overlap ? this : nullptr;
}

template <class T>
bool BucketSync<T>::computed(std::size_t bucket) const {
  // Threads leave the groups from the last to the first.
  return computed_[buckets_[bucket].first_group].load(std::memory_order_acquire) == workers_;
}

template <class T>
bool BucketSync<T>::combined(std::size_t bucket) const {
  return combined_[bucket].load(std::memory_order_acquire) == workers_;
}

template <class T>
void BucketSync<T>::group_done(std::size_t thread, std::size_t group) {
  computed_[group].fetch_add(1, std::memory_order_release);
  between_products(thread);
}

template <class T>
void BucketSync<T>::between_products(std::size_t thread) {
  combine_shares(thread);
  if (thread != 0) return;
  this->log_.enter();
  start_combined();
  move_on();
  this->log_.leave(in_flight());
}

template <class T>
void BucketSync<T>::combine_shares(std::size_t thread) {
  std::size_t& next = shares_[thread].next;
  for (; next < parameter_buckets_ && computed(next); ++next) {
    combine_share(thread, buckets_[next]);
    combined_[next].fetch_add(1, std::memory_order_release);
  }
}

template <class T>
void BucketSync<T>::combine_share(std::size_t thread, const Bucket& bucket) {
  constexpr std::size_t kLine = core::kAlignmentBytes / sizeof(T);
  const auto cut = [&](std::size_t share) {
    return share == workers_ ? bucket.count : bucket.count * share / workers_ / kLine * kLine;
  };
  this->store_.combine(bucket.offset + cut(thread), cut(thread + 1) - cut(thread));
}

template <class T>
void BucketSync<T>::start_combined() {
  while (started_ < parameter_buckets_ && combined(started_)) {
    timings_[started_].ready = core::now_seconds() - this->begun_;
    start(buckets_[started_]);
  }
}

template <class T>
void BucketSync<T>::start(const Bucket& bucket) {
  tree_.start(this->store_.all().subspan(bucket.offset, bucket.count));
  ++started_;
}

template <class T>
void BucketSync<T>::backward_done() {
  for (auto& count : computed_) count.store(workers_, std::memory_order_relaxed);
  const bool complete = std::all_of(shares_.begin(), shares_.end(), [&](const Share& share) {
    return share.next == parameter_buckets_;
  });
  if (!complete) run_on_threads(workers_, [&](std::size_t thread) { combine_shares(thread); });
  this->store_.mark_combined();
  if (this->with_extra_) this->store_.combine_extra(this->options_.threads);
  this->log_.enter();
  start_combined();
  if (this->with_extra_) {
    for (std::size_t b = parameter_buckets_; b < buckets_.size(); ++b) start(buckets_[b]);
  }
  move_on();
  this->log_.leave(in_flight());
}

template <class T>
bool BucketSync<T>::move_on() {
  const bool moved = tree_.progress();
  note_finished();
  return moved;
}

template <class T>
void BucketSync<T>::note_finished() {
  const std::size_t last = std::min(started_, parameter_buckets_);
  for (; finished_ < last && tree_.done(first_ticket_ + finished_); ++finished_) {
    timings_[finished_].finish = core::now_seconds() - this->begun_;
  }
}

template <class T>
void BucketSync<T>::wait_for(std::size_t bucket) {
  this->log_.enter();
  tree_.wait(first_ticket_ + bucket, [this] {
    note_finished();
    return false;
  });
  note_finished();
  const double seconds = this->log_.leave(in_flight());
  if (bucket < parameter_buckets_) timings_[bucket].exposed = seconds;
}

template <class T>
std::size_t BucketSync<T>::wait_for_next() {
  if (waited_ >= parameter_buckets_) return 0;
  wait_for(waited_++);
  while (waited_ < parameter_buckets_ && tree_.done(first_ticket_ + waited_)) ++waited_;
  return buckets_[waited_ - 1].offset;
}

template <class T>
void BucketSync<T>::wait_for_all() {
  while (waited_ < started_) wait_for(waited_++);
}

template <class T>
std::vector<BucketShape> BucketSync<T>::buckets() const {
  const bool narrow = std::is_same_v<T, float>;
  const std::size_t bytes = narrow ? comm::wire_bytes(this->options_.settings.wire) : sizeof(T);
  std::vector<BucketShape> shapes;
  shapes.reserve(parameter_buckets_);
  for (std::size_t b = 0; b < parameter_buckets_; ++b) {
    shapes.push_back({buckets_[b].count * bytes, buckets_[b].first_group, buckets_[b].last_group});
  }
  return shapes;
}

template <class T>
std::string BucketSync<T>::describe(const std::vector<comm::Stall::Sum>& sums) const {
  std::vector<std::uint64_t> numbers;
  numbers.reserve(sums.size());
  for (const comm::Stall::Sum& sum : sums) numbers.push_back(sum.ticket - first_ticket_ + 1);
  std::sort(numbers.begin(), numbers.end());
  return fmt::format("gradient bucket {} of {}", fmt::join(numbers, ", "), buckets_.size());
}

template class BucketSync<float>;
template class BucketSync<double>;

}  // namespace plumb::train
