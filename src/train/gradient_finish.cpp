#include "train/gradient_finish.hpp"

#include <cmath>

#include "math/reductions.hpp"
#include "train/parallel.hpp"

namespace plumb::train {
namespace {

// A dynamic loss scale as in PyTorch's GradScaler.
constexpr double kLargestScale = 0x1p40;
constexpr std::uint64_t kGrowthSteps = 2000;
constexpr std::size_t kSeveral = static_cast<std::size_t>(-1);

std::vector<std::size_t> stages_of_groups(std::span<const net::Stage> stages, std::size_t groups) {
  std::vector<std::size_t> result(groups, kSeveral);
  for (std::size_t group = 0; group < groups; ++group) {
    std::size_t count = 0;
    for (std::size_t stage = 0; stage < stages.size(); ++stage) {
      if (stages[stage].group != group) continue;
      result[group] = ++count == 1 ? stage : kSeveral;
    }
  }
  return result;
}

}  // namespace

template <class T>
GradientFinish<T>::GradientFinish(const TrainSettings& settings, GradientStore<T>& store,
                                  const net::Network<T>& network, std::size_t threads)
    : settings_(settings),
      store_(store),
      network_(network),
      threads_(threads),
      loss_scale_(settings.loss_scale.dynamic ? kFirstLossScale : settings.loss_scale.value),
      stage_of_group_(stages_of_groups(network.stages(), network.groups())),
      chunk_sums_(store.chunks().size()),
      extra_sums_(store.extra_chunks().size()),
      chunk_squares_(store.chunks().size()),
      extra_squares_(store.extra_chunks().size()) {}

template <class T>
bool GradientFinish<T>::rounds_or_scales() const {
  return settings_.gradient_format != math::NumberFormat::Float32 || loss_scale_ != 1;
}

template <class T>
bool GradientFinish<T>::needs_parameters(Measure measure) const {
  // A dynamic scale that has come down to 1 still has to see whether the gradient is finite.
  return rounds_or_scales() || settings_.loss_scale.dynamic || settings_.gradient_clip > 0 ||
         measure.counts;
}

template <class T>
bool GradientFinish<T>::needs_extra(Measure measure) const {
  return measure.sums && !store_.extra_chunks().empty();
}

template <class T>
void GradientFinish<T>::convert(std::span<T> gradient) const {
  if constexpr (std::is_same_v<T, float>) math::round_to(settings_.gradient_format, gradient);
  if (loss_scale_ == 1) return;
  const T scale = static_cast<T>(loss_scale_);
  for (T& value : gradient) value /= scale;
}

/// Converts a run of the gradient; returns its sums, and, if measured, its squares from before.
template <class T>
math::UpdateSums GradientFinish<T>::finish_run(std::span<T> gradient, Measure measure,
                                               math::SquareSum& exact) const {
  if (rounds_or_scales()) {
    if (measure.sums) exact = math::square_sum<T>(gradient);
    convert(gradient);
    return math::gradient_sums<T>(gradient);
  }
  const math::UpdateSums sums = math::gradient_sums<T>(gradient);
  exact = sums.gradient;
  return sums;
}

template <class T>
void GradientFinish<T>::finish_chunk(std::size_t chunk, Measure measure,
                                     std::vector<math::ExponentCounts>* counts) {
  const Chunk& part = store_.chunks()[chunk];
  const std::span<T> gradient = store_.parameters().subspan(part.offset, part.count);
  chunk_sums_[chunk] = finish_run(gradient, measure, chunk_squares_[chunk]);
  const std::size_t stage = stage_of_group_[part.group];
  if (counts == nullptr || part.role == net::TensorRole::Bias || stage == kSeveral) return;
  math::count_exponents<T>(gradient, (*counts)[stage]);
}

template <class T>
void GradientFinish<T>::finish_extra(std::size_t chunk, Measure measure,
                                     std::vector<math::ExponentCounts>* counts) {
  const ExtraChunk& piece = store_.extra_chunks()[chunk];
  const net::ExtraPart& part = network_.extra().parts()[piece.part];
  const std::span<T> gradient = store_.extra().subspan(piece.offset, piece.count);
  extra_sums_[chunk] = finish_run(gradient, measure, extra_squares_[chunk]);
  if (counts == nullptr || part.kind != net::ExtraKind::WeightGradient) return;
  math::count_exponents<T>(gradient, (*counts)[part.stage]);
}

template <class T>
void GradientFinish<T>::finish_all(Measure measure, bool complete) {
  using Counts = std::vector<math::ExponentCounts>;
  std::vector<Counts> by_thread(threads_);
  run_on_threads(threads_, [&](std::size_t thread) {
    Counts* counts = nullptr;
    if (measure.counts) {
      by_thread[thread].resize(network_.stages().size());
      counts = &by_thread[thread];
    }
    const std::size_t chunks = complete ? store_.chunks().size() : 0;
    for (std::size_t i = thread; i < chunks; i += threads_) finish_chunk(i, measure, counts);
    const std::size_t extra = measure.sums ? store_.extra_chunks().size() : 0;
    for (std::size_t i = thread; i < extra; i += threads_) finish_extra(i, measure, counts);
  });
  counts_.assign(measure.counts ? network_.stages().size() : 0, {});
  for (const Counts& counts : by_thread) {
    for (std::size_t stage = 0; stage < counts.size(); ++stage) {
      for (std::size_t e = 0; e < counts[stage].size(); ++e) counts_[stage][e] += counts[stage][e];
    }
  }
}

template <class T>
FinishedGradient GradientFinish<T>::run(Measure measure) {
  FinishedGradient result;
  result.complete = needs_parameters(measure);
  if (result.complete) store_.combine_parameters(threads_);
  if (needs_all(measure)) finish_all(measure, result.complete);
  if (!result.complete) return result;
  math::SquareSum squares;
  for (const math::UpdateSums& sums : chunk_sums_) squares += sums.gradient;
  result.norm = squares.norm();
  result.skip = settings_.loss_scale.dynamic && !std::isfinite(result.norm);
  const double limit = settings_.gradient_clip;
  if (!result.skip && limit > 0 && result.norm > limit) result.clip_factor = limit / result.norm;
  return result;
}

template <class T>
void GradientFinish<T>::adapt_loss_scale(const FinishedGradient& finished) {
  if (!settings_.loss_scale.dynamic) return;
  if (finished.skip) {
    loss_scale_ /= 2;
    finite_steps_ = 0;
  } else if (++finite_steps_ == kGrowthSteps && loss_scale_ < kLargestScale) {
    loss_scale_ *= 2;
    finite_steps_ = 0;
  }
}

template class GradientFinish<float>;
template class GradientFinish<double>;

}  // namespace plumb::train
