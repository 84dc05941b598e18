// Loss and accuracy on the test split.
#pragma once

#include <cstdint>
#include <optional>

#include "train/context.hpp"
#include "train/observer.hpp"
#include "train/step_engine.hpp"

namespace plumb::train {

/// Fresh samples that an endless test split is judged by.
inline constexpr std::uint64_t kGeneratedTestSamples = 2048;

/// Collective. Samples are cut into blocks of slice_samples, each evaluated by one worker and
/// summed in block order, so the bits do not depend on the layout. nullopt without a test split.
/// Uses the engine's slices as scratch: throws std::logic_error while a step is under way.
template <class T>
std::optional<Evaluation> evaluate(StepEngine<T>& engine, const TrainContext& context,
                                   std::size_t slice_samples, std::uint64_t steps_done);

}  // namespace plumb::train
