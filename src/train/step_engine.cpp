#include "train/step_engine.hpp"

#include <algorithm>

#include "core/clock.hpp"
#include "math/vector_kernels.hpp"
#include "train/parallel.hpp"
#include "train/tree_fold.hpp"

namespace plumb::train {
template <class T>
StepEngine<T>::StepEngine(const net::NetworkSettings& network, const TrainSettings& settings,
                          const TrainContext& context)
    : context_(context),
      settings_(settings),
      mlp_(network, settings.loss, context.dataset.inputs(), context.dataset.classes()),
      plan_(settings.batch / settings.slice, static_cast<std::size_t>(context.communicator.size()),
            context.threads),
      order_(context.dataset.size(data::Split::Train), settings.seed),
      rank_(static_cast<std::size_t>(context.communicator.rank())),
      parameters_(mlp_.layout().block_size()),
      velocity_(settings.momentum == 0 ? 0 : mlp_.layout().block_size()),
      chunks_(cut_into_chunks(mlp_.layout())),
      chunk_sums_(chunks_.size()),
      row_size_(step_sums_size(mlp_.layers())),
      layer_sums_(mlp_.layers()),
      gradient_sync_(make_gradient_sync<T>(settings.allreduce, context.communicator)),
      // The few sums of a step always take the fixed order: they are tiny.
      row_sync_(make_gradient_sync<double>(AllreduceAlgorithm::Tree, context.communicator)) {
  const std::size_t threads = plan_.busy_threads(rank_);
  workers_.reserve(threads);
  for (std::size_t thread = 0; thread < threads; ++thread) {
    workers_.emplace_back(mlp_, plan_.of_thread(rank_, thread), settings.slice);
  }
  for (std::size_t i = 0; i < std::max<std::size_t>(threads, 1); ++i) {
    gradients_.emplace_back(mlp_.layout().block_size());
  }
  rows_.resize(std::max<std::size_t>(plan_.of_rank(rank_).count, 1) * row_size_);
}

template <class T>
std::span<double> StepEngine<T>::row(std::size_t slice) {
  return std::span<double>(rows_).subspan(slice * row_size_, row_size_);
}

template <class T>
void StepEngine<T>::compute_gradient(std::uint64_t step, bool measure, int exit_code,
                                     PhaseSeconds& seconds) {
  if (workers_.empty()) {
    // A rank without slices adds -0: x + -0 is x for every x, while +0 would turn -0 into +0.
    std::fill(gradients_[0].span().begin(), gradients_[0].span().end(), T{-0.0});
    std::fill(rows_.begin(), rows_.end(), -0.0);
  } else {
    core::Stopwatch region;
    const double before = phase(seconds, Phase::Data) + phase(seconds, Phase::Forward);
    run_on_threads(workers_.size(), [&](std::size_t thread) {
      PhaseSeconds unused{};
      work_on_slices(workers_[thread], step, measure, thread == 0 ? seconds : unused);
    });
    // What is left of the region is backward, the wait for the slowest thread included.
    const double after = phase(seconds, Phase::Data) + phase(seconds, Phase::Forward);
    phase(seconds, Phase::Backward) += region.elapsed() - (after - before);
  }
  threads_combined_ = workers_.size() < 2;
  stop_code(row(0)) = exit_code;
}

template <class T>
void StepEngine<T>::work_on_slices(Worker<T>& worker, std::uint64_t step, bool measure,
                                   PhaseSeconds& seconds) {
  core::Stopwatch watch;
  worker.load(context_.dataset, order_, step * settings_.batch);
  phase(seconds, Phase::Data) += watch.lap();
  worker.forward(parameters_.span(), measure);
  phase(seconds, Phase::Forward) += watch.lap();
  const std::size_t thread = static_cast<std::size_t>(&worker - workers_.data());
  worker.backward(parameters_.span(), T{1} / static_cast<T>(settings_.batch),
                  gradients_[thread].span());
  for (std::size_t i = 0; i < worker.range().count; ++i) {
    pack(worker.slice(i), row(worker.range().first - plan_.of_rank(rank_).first + i));
  }
}

template <class T>
void StepEngine<T>::synchronise(bool measure, PhaseSeconds& seconds) {
  core::Stopwatch watch;
  if (context_.communicator.size() > 1) {
    combine_threads();
    phase(seconds, Phase::Update) += watch.lap();
    gradient_sync_->sum(gradients_[0].span());
  }
  sum_rows();
  phase(seconds, Phase::AllreduceExposed) += watch.lap();
  if (measure) count_alive();
  phase(seconds, Phase::Probe) += watch.lap();
}

template <class T>
void StepEngine<T>::sum_rows() {
  tree_fold(0, rows_.size() / row_size_,
            [&](std::size_t into, std::size_t from) { math::add<double>(row(from), row(into)); });
  row_sync_->sum(row(0));
  batch_sums_ = unpack(row(0), layer_sums_);
}

template <class T>
void StepEngine<T>::count_alive() {
  std::vector<std::uint8_t> alive;
  for (Worker<T>& worker : workers_) {
    const std::span<const std::uint8_t> bytes = worker.alive();
    if (alive.empty()) {
      alive.assign(bytes.begin(), bytes.end());
    } else {
      for (std::size_t i = 0; i < bytes.size(); ++i) alive[i] |= bytes[i];
    }
  }
  std::size_t units = 0;
  for (std::size_t l = 0; l < mlp_.layers(); ++l) units += mlp_.layout().shape(l).fan_out;
  alive.resize(units);
  context_.communicator.bitwise_or(alive);
  auto unit = alive.begin();
  for (std::size_t l = 0; l < mlp_.layers(); ++l) {
    const auto end = unit + static_cast<std::ptrdiff_t>(mlp_.layout().shape(l).fan_out);
    layer_sums_[l].alive_units = std::count(unit, end, std::uint8_t{1});
    unit = end;
  }
}

template <class T>
void StepEngine<T>::combine_chunk(const Chunk& chunk) {
  tree_fold(0, gradients_.size(), [&](std::size_t into, std::size_t from) {
    math::add<T>(gradients_[from].span().subspan(chunk.offset, chunk.count),
                 gradients_[into].span().subspan(chunk.offset, chunk.count));
  });
}

template <class T>
void StepEngine<T>::combine_threads() {
  if (threads_combined_) return;
  run_on_threads(plan_.threads(), [&](std::size_t thread) {
    for (std::size_t i = thread; i < chunks_.size(); i += plan_.threads()) {
      combine_chunk(chunks_[i]);
    }
  });
  threads_combined_ = true;
}

template <class T>
std::span<const T> StepEngine<T>::gradient() {
  combine_threads();
  return gradients_[0].span();
}

template <class T>
void StepEngine<T>::update_chunk(const Chunk& chunk, std::size_t index, bool measure) {
  const std::span<T> weights = parameters_.span().subspan(chunk.offset, chunk.count);
  const std::span<T> velocity =
      velocity_.size() == 0 ? std::span<T>{} : velocity_.span().subspan(chunk.offset, chunk.count);
  const std::span<const T> gradient = gradients_[0].span().subspan(chunk.offset, chunk.count);
  const math::SgdCoefficients<T> coefficients{
      static_cast<T>(settings_.learning_rate), static_cast<T>(settings_.momentum),
      chunk.is_bias ? T{0} : static_cast<T>(settings_.weight_decay)};
  if (measure) {
    chunk_sums_[index] = math::sgd_update_measured<T>(coefficients, gradient, velocity, weights);
  } else {
    math::sgd_update<T>(coefficients, gradient, velocity, weights);
  }
}

template <class T>
void StepEngine<T>::update(bool measure, PhaseSeconds& seconds) {
  core::Stopwatch watch;
  // Without other ranks the threads' gradients are added here, while a chunk is in the cache.
  const bool combine = !threads_combined_;
  run_on_threads(plan_.threads(), [&](std::size_t thread) {
    for (std::size_t i = thread; i < chunks_.size(); i += plan_.threads()) {
      if (combine) combine_chunk(chunks_[i]);
      update_chunk(chunks_[i], i, measure);
    }
  });
  threads_combined_ = true;
  phase(seconds, Phase::Update) += watch.lap();
  if (measure) collect_update_sums();
  phase(seconds, Phase::Probe) += watch.lap();
}

template <class T>
void StepEngine<T>::collect_update_sums() {
  for (LayerSums& layer : layer_sums_) {
    layer.update = {};
    layer.bias_gradient = {};
  }
  for (std::size_t i = 0; i < chunks_.size(); ++i) {
    LayerSums& layer = layer_sums_[chunks_[i].layer];
    if (chunks_[i].is_bias) {
      layer.bias_gradient += chunk_sums_[i].gradient;
    } else {
      layer.update += chunk_sums_[i];
    }
  }
}

template class StepEngine<float>;
template class StepEngine<double>;

}  // namespace plumb::train
