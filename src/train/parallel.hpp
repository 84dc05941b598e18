// Runs a function on a team of OpenMP threads; what a thread throws reaches the caller.
#pragma once

#include <omp.h>

#include <cstddef>
#include <exception>

namespace plumb::train {

/// Calls body(thread) once for each thread in 0 .. threads-1, in parallel. When OpenMP grants fewer
/// threads (OMP_THREAD_LIMIT, OMP_DYNAMIC, nesting), those it grants do the work of the others, so
/// that nothing is left out. The first exception is thrown again here, after all have finished. The
/// number of threads is always explicit: OpenBLAS's OpenMP flavour changes the default when it is
/// told to be single-threaded.
template <class Body>
void run_on_threads(std::size_t threads, const Body& body) {
  std::exception_ptr failure;
#pragma omp parallel num_threads(static_cast <int>(threads))
  {
    const auto granted = static_cast<std::size_t>(omp_get_num_threads());
    try {
      for (auto t = static_cast<std::size_t>(omp_get_thread_num()); t < threads; t += granted) {
        body(t);
      }
    } catch (...) {
#pragma omp critical(plumb_thread_failure)
      if (!failure) failure = std::current_exception();
    }
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace plumb::train
