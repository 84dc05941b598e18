// The few numbers each slice contributes to a step besides its gradient, as one row of doubles that
// can be summed in the same tree.
#pragma once

#include <span>

#include "net/slice.hpp"
#include "train/observer.hpp"

namespace plumb::train {

/// Doubles per row for this number of stages.
std::size_t step_sums_size(std::size_t stages);

/// slice -> row. The last entries, what ranks ask of each other, are left at 0.
template <class T>
void pack(const net::Slice<T>& slice, std::span<double> row);

struct BatchSums {
  double loss = 0;             // sum over samples
  double correct = 0;          // samples
  int stop_code = 0;           // not 0: a rank asks all to leave with this exit code
  bool gather_timing = false;  // rank 0 asks for the times of the steps so far
};

/// row -> batch sums and each stage's activation, delta and slice gradient sums.
BatchSums unpack(std::span<const double> row, std::span<LayerSums> stages);

/// What a rank asks of all others with its first row.
struct Requests {
  int stop_code = 0;
  bool gather_timing = false;
};
void add(const Requests& requests, std::span<double> row);

}  // namespace plumb::train
