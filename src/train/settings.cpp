#include "train/settings.hpp"

namespace plumb::train {
namespace {

constexpr core::Named<Precision> kPrecisions[] = {{Precision::Float32, "float32"},
                                                  {Precision::Float64, "float64"}};

constexpr core::Named<AllreduceAlgorithm> kAlgorithms[] = {{AllreduceAlgorithm::Tree, "tree"},
                                                           {AllreduceAlgorithm::Mpi, "mpi"}};

}  // namespace

std::span<const core::Named<Precision>> enum_names(Precision) { return kPrecisions; }
std::span<const core::Named<AllreduceAlgorithm>> enum_names(AllreduceAlgorithm) {
  return kAlgorithms;
}

}  // namespace plumb::train
