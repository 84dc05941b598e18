#include "comm/allreduce/pairwise_add.hpp"

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

PLUMB_CLONES void pairwise_add(const float* lower, const float* upper, float* sum,
                               std::size_t count) noexcept {
  add(lower, upper, sum, count);
}

PLUMB_CLONES void pairwise_add(const double* lower, const double* upper, double* sum,
                               std::size_t count) noexcept {
  add(lower, upper, sum, count);
}

}  // namespace plumb::comm
