#include "comm/allreduce/tree_allreduce.hpp"

#include <utility>

#include "comm/allreduce/tree_engine.hpp"

// One binary for mixed nodes: the loader picks the clone. Sanitizers instrument the resolver,
// which runs before their runtime is up, so they get the default only.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define PLUMB_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define PLUMB_CLONES
#endif

namespace plumb::comm {
namespace {

// A trip count known to the compiler lets it vectorise at -O2 too.
constexpr std::size_t kBlock = 64;

template <class T>
[[gnu::always_inline]] inline void add(const T* lower, const T* upper, T* sum,
                                       std::size_t count) noexcept {
  std::size_t first = 0;
  for (; first + kBlock <= count; first += kBlock) {
    // sum is lower or upper: the same element, never a later one.
#pragma GCC ivdep
    for (std::size_t i = first; i < first + kBlock; ++i) sum[i] = lower[i] + upper[i];
  }
  for (; first < count; ++first) sum[first] = lower[first] + upper[first];
}

}  // namespace

template <class T>
TreeAllreduce<T>::TreeAllreduce(const Communicator& communicator, TreeOptions options)
    : engine_(std::make_unique<Engine>(communicator, std::move(options))) {}

template <class T>
TreeAllreduce<T>::TreeAllreduce(TreeAllreduce&& other) noexcept = default;
template <class T>
TreeAllreduce<T>& TreeAllreduce<T>::operator=(TreeAllreduce&& other) noexcept = default;

template <class T>
TreeAllreduce<T>::~TreeAllreduce() {
  // The job is about to be aborted: until then MPI may still look at messages and their memory.
  if (engine_ && !engine_->drain()) static_cast<void>(engine_.release());
}

template <class T>
void TreeAllreduce<T>::reserve(std::size_t longest) {
  engine_->reserve(longest);
}

template <class T>
typename TreeAllreduce<T>::Ticket TreeAllreduce<T>::start(std::span<T> values) {
  return engine_->start(values);
}

template <class T>
bool TreeAllreduce<T>::progress() {
  return engine_->progress();
}

template <class T>
bool TreeAllreduce<T>::done(Ticket ticket) const {
  return engine_->done(ticket);
}

template <class T>
bool TreeAllreduce<T>::idle() const {
  return engine_->idle();
}

template <class T>
void TreeAllreduce<T>::wait(Ticket ticket, const std::function<bool()>& meanwhile) {
  engine_->wait([&] { return engine_->done(ticket); }, meanwhile);
}

template <class T>
std::vector<LongWait::Sum> TreeAllreduce<T>::under_way() const {
  return engine_->under_way();
}

template <class T>
void TreeAllreduce<T>::wait_all() {
  engine_->wait([&] { return engine_->idle(); }, {});
}

template <class T>
void TreeAllreduce<T>::sum(std::span<T> values) {
  wait(start(values));
}

template <class T>
std::size_t tree_memory(const WireCodec& wire, std::size_t longest) noexcept {
  return kUnderWay * MessageBuffers<T>::bytes(wire, longest);
}

template std::size_t tree_memory<float>(const WireCodec&, std::size_t) noexcept;
template std::size_t tree_memory<double>(const WireCodec&, std::size_t) noexcept;
template class TreeAllreduce<float>;
template class TreeAllreduce<double>;

PLUMB_CLONES void pairwise_add(const float* lower, const float* upper, float* sum,
                               std::size_t count) noexcept {
  add(lower, upper, sum, count);
}

PLUMB_CLONES void pairwise_add(const double* lower, const double* upper, double* sum,
                               std::size_t count) noexcept {
  add(lower, upper, sum, count);
}

}  // namespace plumb::comm
