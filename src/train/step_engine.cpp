#include "train/step_engine.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/clock.hpp"
#include "math/vector_kernels.hpp"
#include "train/context.hpp"
#include "train/parallel.hpp"
#include "train/work_plan.hpp"

namespace plumb::train {
namespace {

/// Laps without the time that was spent in communication.
template <class T>
class WorkClock {
 public:
  explicit WorkClock(const GradientSync<T>& sync) : sync_(sync) {
    exposed_ = sync.timer().exposed_seconds();
  }
  double lap() noexcept {
    const double before = std::exchange(exposed_, sync_.timer().exposed_seconds());
    return watch_.lap() - (exposed_ - before);
  }

 private:
  const GradientSync<T>& sync_;
  core::Stopwatch watch_;
  double exposed_;
};

}  // namespace

template <class T>
StepEngine<T>::StepEngine(const net::NetworkSettings& network, const TrainSettings& settings,
                          const TrainContext& context)
    : context_(context),
      settings_(settings),
      network_(net::make_network<T>(network, settings.loss, problem_of(context.dataset))),
      plan_(settings.batch / settings.slice, static_cast<std::size_t>(context.communicator.size()),
            context.threads),
      order_(context.dataset.size(data::Split::Train), settings.seed),
      rank_(static_cast<std::size_t>(context.communicator.rank())),
      parameters_(network_->layout().block_size()),
      update_rule_(make_update_rule<T>(settings, network_->layout().block_size())),
      store_(*network_, std::max<std::size_t>(plan_.busy_threads(rank_), 1)),
      finish_(settings, store_, *network_, plan_.threads()),
      chunk_sums_(store_.chunks().size()),
      row_size_(step_sums_size(network_->stages().size())),
      layer_sums_(network_->stages().size()),
      gradient_sync_(context.communicator, store_,
                     {settings.allreduce, plan_.busy_threads(rank_), plan_.threads(), row_size_,
                      context.on_long_wait}) {
  const std::size_t threads = plan_.busy_threads(rank_);
  workers_.reserve(threads);
  for (std::size_t thread = 0; thread < threads; ++thread) {
    workers_.emplace_back(*network_, plan_.of_thread(rank_, thread), settings.slice);
  }
  warm_up();
  rows_.resize(std::max<std::size_t>(plan_.of_rank(rank_).count, 1) * row_size_);
}

template <class T>
std::size_t StepEngine<T>::bytes_for(const net::Network<T>& network, const TrainSettings& settings,
                                     const WorkPlan& plan) {
  const std::size_t parameters = network.layout().block_size();
  const std::size_t threads = plan.busy_threads(0);
  const bool loss_scaled = settings.loss_scale.dynamic || settings.loss_scale.value != 1;
  std::size_t bytes =
      parameters * sizeof(T) + state_bytes<T>(settings, parameters) +
      GradientStore<T>::bytes_for(network, threads) +
      gradient_reducer_bytes<T>(settings.allreduce, parameters + network.extra().block_size(),
                                plan.ranks());
  for (std::size_t thread = 0; thread < threads; ++thread) {
    bytes +=
        Worker<T>::bytes_for(network, plan.of_thread(0, thread).count, settings.slice, loss_scaled);
  }
  return bytes;
}

template <class T>
void StepEngine<T>::warm_up() {
  if (workers_.empty()) return;
  run_on_threads(workers_.size(), [&](std::size_t thread) {
    workers_[thread].warm_up(parameters_.span(), store_, thread);
  });
}

template <class T>
std::span<double> StepEngine<T>::row(std::size_t slice) {
  return std::span<double>(rows_).subspan(slice * row_size_, row_size_);
}

template <class T>
Step<T> StepEngine<T>::begin_step(std::uint64_t step, Measure measure, const Requests& requests) {
  step_loss_scale_ = finish_.loss_scale();
  PhaseSeconds seconds{};
  std::optional<WorkClock<T>> clock;
  const bool with_extra = measure.sums && !store_.extra_chunks().empty();
  Step<T> result(*this,
                 gradient_sync_.start(with_extra,
                                      [&](BackwardListener* listener) {
                                        compute_gradient({step, measure, listener}, seconds);
                                        add(requests, row(0));
                                        clock.emplace(gradient_sync_);
                                      }),
                 measure);
  phase(seconds, Phase::Update) += clock->lap();
  result.batch_sums_ = sum_rows(result.gradient_);
  if (finish_.needs_all(measure)) result.gradient_.wait_for_all();
  finished_ = finish_.run(measure);
  phase(seconds, Phase::Update) += clock->lap();
  result.seconds_ = seconds;
  return result;
}

template <class T>
void StepEngine<T>::compute_gradient(const Pass& pass, PhaseSeconds& seconds) {
  if (workers_.empty()) {
    store_.fill_with_nothing();
    std::fill(rows_.begin(), rows_.end(), -0.0);
    return;
  }
  core::Stopwatch region;
  run_on_threads(workers_.size(), [&](std::size_t thread) {
    PhaseSeconds unused{};
    work_on_slices(pass, thread, thread == 0 ? seconds : unused);
  });
  // What is left of the region is backward, the wait for the slowest thread included.
  phase(seconds, Phase::Backward) += region.elapsed() - phase(seconds, Phase::Data) -
                                     phase(seconds, Phase::Forward) -
                                     gradient_sync_.timer().exposed_seconds();
}

template <class T>
void StepEngine<T>::work_on_slices(const Pass& pass, std::size_t thread, PhaseSeconds& seconds) {
  Worker<T>& worker = workers_[thread];
  core::Stopwatch watch;
  worker.load(context_.dataset, order_, pass.step * settings_.batch);
  phase(seconds, Phase::Data) += watch.lap();
  worker.forward(parameters_.span(), pass.measure);
  phase(seconds, Phase::Forward) += watch.lap();
  net::BackwardOptions<T> options;
  options.scale = T{1} / static_cast<T>(settings_.batch);
  options.loss_scale = static_cast<T>(step_loss_scale_);
  options.format = settings_.gradient_format;
  worker.backward(parameters_.span(), options, pass.measure, store_, thread, pass.listener);
  for (std::size_t i = 0; i < worker.range().count; ++i) {
    pack(worker.slice(i), row(worker.range().first - plan_.of_rank(rank_).first + i));
  }
}

template <class T>
BatchSums StepEngine<T>::sum_rows(GradientInFlight<T>& gradient) {
  tree_fold(0, rows_.size() / row_size_,
            [&](std::size_t into, std::size_t from) { math::add<double>(row(from), row(into)); });
  gradient.sum_row(row(0));
  return unpack(row(0), layer_sums_);
}

template <class T>
std::span<const T> Step<T>::gradient() {
  WorkClock clock(engine_->gradient_sync_);
  gradient_.wait_for_all();
  engine_->store_.combine_parameters(engine_->plan_.threads());
  phase(seconds_, Phase::Update) += clock.lap();
  return engine_->store_.parameters();
}

template <class T>
StepResult Step<T>::update() && {
  GradientInFlight<T> gradient = std::move(gradient_);  // the step ends here
  engine_->update(gradient, measure_, seconds_);
  StepResult result;
  result.loss_scale = engine_->step_loss_scale_;
  result.gradient = engine_->finished_;
  if (measure_.sums) result.layers = engine_->layer_sums_;
  if (measure_.counts) result.counts = engine_->layer_counts_;
  result.buckets = engine_->gradient_sync_.bucket_timings();
  result.seconds = seconds_;
  return result;
}

/// What a step that is left out would have reported.
template <class T>
math::UpdateSums StepEngine<T>::leave_alone(const Chunk& chunk) {
  math::UpdateSums sums;
  sums.weight_before = math::square_sum<T>(parameters_.span().subspan(chunk.offset, chunk.count));
  sums.unchanged = static_cast<std::int64_t>(chunk.count);
  return sums;
}

template <class T>
void StepEngine<T>::update_chunk(std::size_t index, Measure measure) {
  const Chunk& chunk = store_.chunks()[index];
  const std::span<T> gradient = store_.parameters().subspan(chunk.offset, chunk.count);
  if (finished_.clip_factor != 1) {
    const T factor = static_cast<T>(finished_.clip_factor);
    for (T& value : gradient) value *= factor;
  }
  if (finished_.skip) {
    chunk_sums_[index] = leave_alone(chunk);
  } else if (measure.sums) {
    chunk_sums_[index] = update_rule_->update_measured(chunk, gradient, parameters_.span());
  } else {
    update_rule_->update(chunk, gradient, parameters_.span());
  }
}

/// One piece of the gradient after the other, the last one first, as they arrive.
template <class T>
void StepEngine<T>::update(GradientInFlight<T>& gradient, Measure measure, PhaseSeconds& seconds) {
  WorkClock clock(gradient_sync_);
  if (!finished_.skip) update_rule_->begin_step();
  const std::vector<Chunk>& chunks = store_.chunks();
  for (std::size_t last = chunks.size(); last > 0;) {
    const std::size_t offset = gradient.wait_for_next();
    const auto first = std::partition_point(
        chunks.begin(), chunks.end(), [&](const Chunk& chunk) { return chunk.offset < offset; });
    const auto index = static_cast<std::size_t>(first - chunks.begin());
    update_chunks(index, last, measure, gradient);
    last = index;
  }
  store_.mark_combined();
  finish_.adapt_loss_scale(finished_);
  phase(seconds, Phase::Update) += clock.lap();
  if (measure.sums) {
    count_alive();
    collect_group_sums();
    collect_extra_sums();
  }
  if (measure.counts) count_deltas();
  phase(seconds, Phase::Probe) += clock.lap();
  phase(seconds, Phase::AllreduceExposed) += gradient_sync_.timer().exposed_seconds();
  phase(seconds, Phase::AllreduceHidden) += gradient_sync_.timer().hidden_seconds();
}

template <class T>
void StepEngine<T>::update_chunks(std::size_t first, std::size_t last, Measure measure,
                                  GradientInFlight<T>& gradient) {
  if (first == last) return;
  // Without other ranks the threads' gradients are added here, while a chunk is in the cache.
  const bool combine = !store_.parameters_combined();
  run_on_threads(plan_.threads(), [&](std::size_t thread) {
    for (std::size_t i = first + thread; i < last; i += plan_.threads()) {
      const Chunk& chunk = store_.chunks()[i];
      if (combine) store_.combine(chunk.offset, chunk.count);
      update_chunk(i, measure);
      if (thread == 0) gradient.poll();
    }
  });
}

template class Step<float>;
template class Step<double>;
template class StepEngine<float>;
template class StepEngine<double>;

}  // namespace plumb::train
