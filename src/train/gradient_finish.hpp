// What happens to the summed gradient before it is used: rounding, unscaling, its norm, clipping.
#pragma once

#include <span>
#include <vector>

#include "math/formats/exponent_counts.hpp"
#include "math/vector_kernels.hpp"
#include "train/gradient_store.hpp"
#include "train/settings.hpp"

namespace plumb::train {

/// Of the mean loss, without the loss scale, before clipping.
struct FinishedGradient {
  bool complete = false;   // whether the rest is filled: a plain step needs none of it
  double norm = 0;         // over all parameters
  double clip_factor = 1;  // what the update has to multiply it by
  bool skip = false;       // not finite under a dynamic loss scale: leave the parameters alone
};

template <class T>
class GradientFinish {
 public:
  /// store must outlive this. threads: how many work on the chunks.
  GradientFinish(const TrainSettings& settings, GradientStore<T>& store,
                 const net::Network<T>& network, std::size_t threads);

  /// The scale of the loss in the step to come.
  [[nodiscard]] double loss_scale() const noexcept { return loss_scale_; }

  /// Whether run() has to see all of the summed gradient; otherwise it may still be on its way.
  [[nodiscard]] bool needs_all(Measure measure) const {
    return needs_parameters(measure) || needs_extra(measure);
  }

  /// Rounds the summed gradient to the gradient format and takes the loss scale out of it, and
  /// collects what measure and clipping ask for. Same bits on every rank and for every number of
  /// threads.
  FinishedGradient run(Measure measure);

  /// Of each chunk, after a complete run(): sums of the gradient alone.
  [[nodiscard]] const std::vector<math::UpdateSums>& chunk_sums() const { return chunk_sums_; }
  /// Of each chunk and extra chunk, after a complete and measured run(): squares of the gradient
  /// as it was summed, neither rounded nor unscaled.
  [[nodiscard]] const std::vector<math::SquareSum>& chunk_squares() const { return chunk_squares_; }
  [[nodiscard]] const std::vector<math::SquareSum>& extra_squares() const { return extra_squares_; }
  /// Of each extra chunk, after a measured run().
  [[nodiscard]] const std::vector<math::UpdateSums>& extra_sums() const { return extra_sums_; }
  /// Of each stage, after a counted run(): exponents of its weight gradient.
  [[nodiscard]] const std::vector<math::ExponentCounts>& counts() const { return counts_; }

  /// Moves a dynamic scale on after the step.
  void adapt_loss_scale(const FinishedGradient& finished);

 private:
  [[nodiscard]] bool rounds_or_scales() const;
  [[nodiscard]] bool needs_parameters(Measure measure) const;
  [[nodiscard]] bool needs_extra(Measure measure) const;
  void convert(std::span<T> gradient) const;
  math::UpdateSums finish_run(std::span<T> gradient, Measure measure, math::SquareSum& exact) const;
  void finish_chunk(std::size_t chunk, Measure measure, std::vector<math::ExponentCounts>* counts);
  void finish_extra(std::size_t chunk, Measure measure, std::vector<math::ExponentCounts>* counts);
  void finish_all(Measure measure, bool complete);

  const TrainSettings settings_;
  GradientStore<T>& store_;
  const net::Network<T>& network_;
  std::size_t threads_;
  double loss_scale_;
  std::uint64_t finite_steps_ = 0;
  std::vector<std::size_t> stage_of_group_;  // kSeveral where stages share the group
  std::vector<math::UpdateSums> chunk_sums_;
  std::vector<math::UpdateSums> extra_sums_;
  std::vector<math::SquareSum> chunk_squares_;
  std::vector<math::SquareSum> extra_squares_;
  std::vector<math::ExponentCounts> counts_;
};

}  // namespace plumb::train
