// What a study says about training.
#pragma once

#include <cstddef>
#include <cstdint>

#include "net/settings.hpp"

namespace plumb::train {

enum class Precision { Float32, Float64 };
/// Tree: fixed order, same bits on every layout. Mpi: MPI_Allreduce, its own order.
enum class AllreduceAlgorithm { Tree, Mpi };

struct TrainSettings {
  std::size_t batch = 256;  // global batch, samples; a multiple of slice
  std::size_t slice = 32;   // samples per slice: the unit of work and of summation
  std::uint64_t steps = 100;
  double learning_rate = 0.1;
  double momentum = 0;
  double weight_decay = 0;  // weights only, never biases
  net::Loss loss = net::Loss::SoftmaxCrossEntropy;
  Precision precision = Precision::Float32;
  std::uint64_t evaluate_every = 0;  // 0: only at the end
  std::uint64_t seed = 1;
  AllreduceAlgorithm allreduce = AllreduceAlgorithm::Tree;
};

}  // namespace plumb::train
