#include "train/settings.hpp"

namespace plumb::train {
namespace {

constexpr core::Named<Precision> kPrecisions[] = {{Precision::Float32, "float32"},
                                                  {Precision::Float64, "float64"}};

constexpr core::Named<AllreduceAlgorithm> kAlgorithms[] = {{AllreduceAlgorithm::Tree, "tree"},
                                                           {AllreduceAlgorithm::Mpi, "mpi"}};

constexpr core::Named<Optimizer> kOptimizers[] = {{Optimizer::Sgd, "sgd"},
                                                  {Optimizer::Adam, "adam"}};

}  // namespace

std::span<const core::Named<Precision>> enum_names(Precision) { return kPrecisions; }
std::span<const core::Named<AllreduceAlgorithm>> enum_names(AllreduceAlgorithm) {
  return kAlgorithms;
}
std::span<const core::Named<Optimizer>> enum_names(Optimizer) { return kOptimizers; }

}  // namespace plumb::train
