// Runs a function on a team of OpenMP threads; what a thread throws reaches the caller.
#pragma once

#include <omp.h>

#include <cstddef>
#include <exception>
#include <mutex>
#ifdef __SANITIZE_THREAD__
#include <thread>
#include <vector>
#endif

namespace plumb::train {

/// Calls body(thread) once for each thread in 0 .. threads-1, in parallel. When OpenMP grants fewer
/// threads (OMP_THREAD_LIMIT, OMP_DYNAMIC, nesting), those it grants do the work of the others, so
/// that nothing is left out. The first exception is thrown again here, after all have finished. The
/// number of threads is always explicit: OpenBLAS's OpenMP flavour changes the default when it is
/// told to be single-threaded.
template <class Body>
void run_on_threads(std::size_t threads, const Body& body) {
  std::exception_ptr failure;
  std::mutex failure_guard;
  const auto work_as = [&](std::size_t member, std::size_t granted) {
    try {
      for (std::size_t t = member; t < threads; t += granted) body(t);
    } catch (...) {
      const std::scoped_lock lock(failure_guard);
      if (!failure) failure = std::current_exception();
    }
  };
#ifdef __SANITIZE_THREAD__
  // Libgomp is not instrumented: ThreadSanitizer would not know that its team waits for anybody,
  // and take every parallel region for a race.
  std::vector<std::jthread> others;
  for (std::size_t t = 1; t < threads; ++t) others.emplace_back(work_as, t, threads);
  work_as(0, threads);
  others.clear();  // joins
#else
#pragma omp parallel num_threads(static_cast <int>(threads))
  work_as(static_cast<std::size_t>(omp_get_thread_num()),
          static_cast<std::size_t>(omp_get_num_threads()));
#endif
  if (failure) std::rethrow_exception(failure);
}

}  // namespace plumb::train
