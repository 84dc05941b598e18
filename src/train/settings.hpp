// What a study says about training, and the codec of a reduced-precision allreduce.
#pragma once

#include <cstddef>
#include <cstdint>

#include "comm/allreduce/tree_allreduce.hpp"
#include "core/names.hpp"
#include "math/formats/number_format.hpp"
#include "net/settings.hpp"
#include "train/optimizers/optimizer.hpp"

namespace plumb::train {

enum class Precision { Float32, Float64 };
/// Tree: fixed order, same bits on every layout. Mpi: MPI_Allreduce, its own order.
enum class AllreduceAlgorithm { Tree, Mpi };

std::span<const core::Named<Precision>> enum_names(Precision);
std::span<const core::Named<AllreduceAlgorithm>> enum_names(AllreduceAlgorithm);

inline constexpr double kFirstLossScale = 65536;  // of a dynamic scale
/// A dynamic scale below this has not found a finite gradient in a hundred steps: it diverged.
inline constexpr double kSmallestLossScale = 1e-12;

/// What the loss is multiplied by before the backward pass, and gradients divided by after it.
struct LossScale {
  // Dynamic: starts at 2^16, halves when a gradient is not finite (that step is left out), doubles
  // after 2000 steps without (Micikevicius et al. 2018, section 3.2).
  bool dynamic = false;
  double value = 1;  // > 0; of a fixed scale
};

/// How gradients travel between ranks. All but the algorithm and stall_seconds: of Tree only.
struct AllreduceSettings {
  AllreduceAlgorithm algorithm = AllreduceAlgorithm::Tree;
  std::size_t bucket_kib = 2048;  // gradients are summed in buckets of about this size, in memory
  bool overlap = true;            // buckets travel while the backward pass goes on
  // Narrow ones with Precision::Float32 only.
  math::NumberFormat wire = math::NumberFormat::Float32;
  double stall_seconds = 30;  // a wait this long without any news is reported
};

struct TrainSettings {
  std::size_t batch = 256;  // global batch, samples; a multiple of slice
  std::size_t slice = 32;   // samples per slice: the unit of work and of summation
  std::uint64_t steps = 100;
  double learning_rate = 0.1;
  Optimizer optimizer = Optimizer::Sgd;
  double momentum = 0;  // Sgd
  double beta1 = 0.9;   // Adam, as the next two
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0;  // weights only, never biases
  net::Loss loss = net::Loss::SoftmaxCrossEntropy;
  Precision precision = Precision::Float32;
  // Deltas and gradients are rounded to it as they are produced; Float32: not at all.
  math::NumberFormat gradient_format = math::NumberFormat::Float32;
  LossScale loss_scale;
  double gradient_clip = 0;  // largest global gradient norm (Pascanu et al. 2013); 0: not clipped
  std::uint64_t evaluate_every = 0;  // 0: only at the end
  std::uint64_t seed = 1;
  AllreduceSettings allreduce;
};

/// Floats in this format on the wire; as they are in memory for Float32.
comm::WireCodec wire_codec(math::NumberFormat format);

}  // namespace plumb::train
