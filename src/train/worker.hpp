// One thread's share of a step: its slices, and the sum of their gradients.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/aligned_buffer.hpp"
#include "data/dataset.hpp"
#include "data/sample_order.hpp"
#include "net/network.hpp"
#include "train/gradient_store.hpp"
#include "train/work_plan.hpp"

namespace plumb::train {

/// Who wants to know how far a backward pass has come, to send what is ready. Called by the worker
/// of each thread, from that thread.
class BackwardListener {
 public:
  BackwardListener() = default;
  BackwardListener(const BackwardListener&) = delete;
  BackwardListener& operator=(const BackwardListener&) = delete;
  virtual ~BackwardListener() = default;
  /// The group's gradient, over all slices of the thread, is in the store; what arrives at the
  /// group below is not computed yet.
  virtual void group_done(std::size_t thread, std::size_t group) = 0;
  /// Between two products: a good moment to move messages.
  virtual void between_products(std::size_t thread) = 0;
};

/// Layer by layer over all its slices, so that a layer's weights and gradient stay in the cache.
/// Each worker is used by one thread at a time; workers share nothing.
template <class T>
class Worker {
 public:
  /// The network must outlive the worker. slice_samples: samples per slice.
  Worker(const net::Network<T>& network, SliceRange range, std::size_t slice_samples);

  /// What a worker with so many slices takes, with the working memory of its thread. loss_scaled:
  /// see net::Network::workspace_bytes.
  [[nodiscard]] static std::size_t bytes_for(const net::Network<T>& network, std::size_t slices,
                                             std::size_t slice_samples, bool loss_scaled);

  [[nodiscard]] SliceRange range() const noexcept { return range_; }
  [[nodiscard]] net::Slice<T>& slice(std::size_t i) { return slices_[i]; }
  /// For one slice at a time.
  [[nodiscard]] net::Workspace<T>& workspace() noexcept { return workspace_; }

  /// Walks one slice of zeros through the network, everything measured, so that the memory of a
  /// step is taken before the first one and by the thread that will use it.
  void warm_up(std::span<const T> parameters, GradientStore<T>& store, std::size_t thread);

  /// Fills the slices with the samples at positions first_position + global slice * slice_samples.
  void load(const data::Dataset& dataset, const data::SampleOrder& order,
            std::uint64_t first_position);
  void forward(std::span<const T> parameters, Measure measure);
  /// Gradient of its slices by these options (format and scales; the rest is set here), summed in
  /// the fixed tree, into the store's block number `thread`. The listener, if any, hears of every
  /// group, the last first; of none when the worker has no slices.
  void backward(std::span<const T> parameters, net::BackwardOptions<T> options, Measure measure,
                GradientStore<T>& store, std::size_t thread, BackwardListener* listener);

  /// One byte per unit, all stages in a row; 1 = alive. Of the last measured forward().
  [[nodiscard]] std::span<std::uint8_t> alive() { return alive_; }
  /// Of each stage, of the last counted backward(): exponents of its slices' deltas.
  [[nodiscard]] const std::vector<math::ExponentCounts>& delta_exponents() const {
    return delta_exponents_;
  }

 private:
  // One backward pass.
  struct Pass {
    std::span<const T> parameters;
    net::BackwardOptions<T> options;
    std::size_t thread;
    BackwardListener* listener;
  };
  void weight_gradient(const Pass& pass, std::size_t group, std::size_t slice,
                       const net::GroupGradient<T>& out);
  void sum_group(const Pass& pass, std::size_t group, SliceRange slices,
                 const net::GroupGradient<T>& out, std::size_t level);
  void input_gradient(const Pass& pass, std::size_t group);
  net::GroupGradient<T> partial(std::size_t level, const net::GroupGradient<T>& like);

  const net::Network<T>& network_;
  SliceRange range_;
  std::size_t slice_samples_;
  std::vector<net::Slice<T>> slices_;
  net::Workspace<T> workspace_;
  std::vector<core::AlignedBuffer<T>> partials_;  // by tree level: parameters, then extra
  std::vector<std::uint8_t> alive_;
  std::vector<math::ExponentCounts> delta_exponents_;
  std::vector<float> sample_;
};

/// Reads one sample into a row of T. scratch: inputs() floats, used when T is not float.
template <class T>
double read_sample(const data::Dataset& dataset, data::Split split, std::uint64_t index,
                   std::span<T> row, std::span<float> scratch);

}  // namespace plumb::train
