#include "train/evaluation.hpp"

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "train/parallel.hpp"

namespace plumb::train {
namespace {

template <class T>
net::LossSums evaluate_block(const net::Network<T>& network, std::span<const T> parameters,
                             const data::Dataset& dataset, std::uint64_t first, std::size_t samples,
                             Worker<T>& worker) {
  net::Slice<T>& slice = worker.slice(0);
  const std::size_t full = slice.samples();
  slice.shorten(samples);
  std::vector<float> scratch(dataset.inputs());
  for (std::size_t s = 0; s < samples; ++s) {
    slice.targets()[s] =
        read_sample<T>(dataset, data::Split::Test, first + s, slice.input().row(s), scratch);
  }
  for (std::size_t g = 0; g < network.groups(); ++g) {
    network.forward(g, parameters, slice, worker.workspace(), {});
  }
  network.evaluate_loss(slice);
  slice.shorten(full);
  return slice.loss_sums;
}

}  // namespace

template <class T>
std::optional<Evaluation> evaluate(StepEngine<T>& engine, const TrainContext& context,
                                   std::size_t slice_samples, std::uint64_t steps_done) {
  if (engine.step_under_way()) throw std::logic_error("an evaluation in the midst of a step");
  const std::uint64_t samples =
      context.dataset.size(data::Split::Test).value_or(kGeneratedTestSamples);
  if (samples == 0) return std::nullopt;
  const std::size_t blocks = (samples + slice_samples - 1) / slice_samples;
  std::vector<double> losses(blocks, 0.0);
  std::vector<std::int64_t> correct(blocks, 0);

  const comm::Communicator& communicator = context.communicator;
  std::size_t busy_ranks = 0;
  while (busy_ranks < static_cast<std::size_t>(communicator.size()) &&
         engine.plan().of_rank(busy_ranks).count > 0) {
    ++busy_ranks;
  }
  auto& workers = engine.workers();
  if (!workers.empty()) {
    run_on_threads(workers.size(), [&](std::size_t thread) {
      const std::size_t first = static_cast<std::size_t>(communicator.rank()) + busy_ranks * thread;
      for (std::size_t b = first; b < blocks; b += busy_ranks * workers.size()) {
        const std::size_t count =
            std::min<std::uint64_t>(slice_samples, samples - b * slice_samples);
        const net::LossSums sums =
            evaluate_block<T>(engine.network(), engine.parameters(), context.dataset,
                              b * slice_samples, count, workers[thread]);
        losses[b] = sums.loss;
        correct[b] = sums.correct;
      }
    });
  }
  // Each block is non-zero on one rank only, so any order of this sum is exact.
  communicator.mpi_sum<double>(losses);
  communicator.sum(correct);

  Evaluation report;
  report.step = steps_done;
  double hits = 0;
  for (std::size_t b = 0; b < blocks; ++b) {
    report.loss += losses[b];
    hits += static_cast<double>(correct[b]);
  }
  report.loss /= static_cast<double>(samples);
  report.accuracy = hits / static_cast<double>(samples);
  return report;
}

template std::optional<Evaluation> evaluate(StepEngine<float>&, const TrainContext&, std::size_t,
                                            std::uint64_t);
template std::optional<Evaluation> evaluate(StepEngine<double>&, const TrainContext&, std::size_t,
                                            std::uint64_t);

}  // namespace plumb::train
