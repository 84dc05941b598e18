// What a run takes of a rank's memory, before it is started.
#pragma once

#include <cstddef>

#include "net/network.hpp"
#include "study/study.hpp"
#include "train/work_plan.hpp"

namespace plumb::cli {

/// Bytes of rank 0, which has the most slices and checks the gradient: parameters, gradients and
/// the samples' way through the network, with all working memory. Not counted are the data set,
/// libraries (some 40 MB) and MPI. network: of any precision, only its shapes are read. inputs: of
/// a sample. plan: of the batch's slices.
double memory_need(const study::RunSettings& run, const net::Network<float>& network,
                   std::size_t inputs, const train::WorkPlan& plan, std::size_t ranks);

}  // namespace plumb::cli
