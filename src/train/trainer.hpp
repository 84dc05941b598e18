// Trains one network and announces what happens.
#pragma once

#include <cstdint>
#include <memory>
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
  double total_seconds = 0;          // all steps, of the rank that took longest
  std::optional<Evaluation> final_evaluation;
  std::vector<Check> checks;
};

/// A training that has its memory, its initial parameters and its gradient check, and waits for the
/// first step.
class Training {
 public:
  Training() = default;
  Training(const Training&) = delete;
  Training& operator=(const Training&) = delete;
  virtual ~Training() = default;

  /// Collective, once. The outcome is the same on every rank. Throws core::AgreedError on all ranks
  /// when an observer failed on rank 0.
  virtual Outcome run(std::span<Observer* const> observers) = 0;

  /// How the gradient travels; empty when it does not, or in one piece (AllreduceAlgorithm::Mpi).
  [[nodiscard]] virtual std::vector<BucketShape> buckets() const = 0;
};

/// Bytes that prepare_training() would take of rank 0, which has the most slices and checks the
/// gradient, on so many ranks and threads. Nothing is allocated. Not counted are the data set,
/// libraries (some 40 MB) and MPI. Throws core::UsageError like a WorkPlan or a network that does
/// not fit the problem.
std::size_t training_bytes(const net::NetworkSettings& network, const TrainSettings& settings,
                           const net::ProblemShape& problem, std::size_t ranks,
                           std::size_t threads);

/// Collective over context.communicator. Settings and context must outlive the result.
/// Throws core::AgreedError on all ranks when the layout does not fit the slices or the memory of a
/// rank does not suffice.
std::unique_ptr<Training> prepare_training(const net::NetworkSettings& network,
                                           const TrainSettings& settings,
                                           const TrainContext& context);

}  // namespace plumb::train
