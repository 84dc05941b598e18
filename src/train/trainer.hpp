// Trains one network and announces what happens.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "train/context.hpp"
#include "train/observer.hpp"
#include "train/settings.hpp"
#include "train/verification.hpp"

namespace plumb::train {

enum class Status { Completed, Diverged };

struct Outcome {
  Status status = Status::Completed;
  std::uint64_t diverged_step = 0;   // Diverged: the first step whose loss is not finite
  std::vector<double> step_seconds;  // slowest rank, recording included, evaluation excluded
  std::optional<EvaluationReport> final_evaluation;
  std::vector<Check> checks;
};

/// Collective over context.communicator. The outcome is the same on every rank.
/// Throws core::UsageError when the layout does not fit the slices, core::AgreedError on all ranks
/// when an observer failed on rank 0.
Outcome train(const net::NetworkSettings& network, const TrainSettings& settings,
              const TrainContext& context, std::span<Observer* const> observers);

}  // namespace plumb::train
