// A network: groups of layers that the trainer walks forward and backward, one slice at a time.
// Knows neither threads nor ranks: who calls it, for which slice and in which order of slices, is
// the trainer's business.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "math/activations/activation_kernels.hpp"
#include "net/delta.hpp"
#include "net/families/family.hpp"
#include "net/parameter_layout.hpp"
#include "net/settings.hpp"
#include "net/slice.hpp"
#include "net/workspace.hpp"

namespace plumb::net {

/// Where one group's gradient goes; every parameter's is written, none added to.
template <class T>
struct GroupGradient {
  std::span<T> parameters;  // the group's part of a block like that of the parameters
  std::span<T> extra;       // the group's part of the extra block, or empty: not wanted
};

/// The groups of a network in the order of the forward pass; the last is the linear output layer
/// that the loss reads. A group has one stage, or several when they share its parameters (the time
/// steps of a recurrent network); stages are numbered through, in the order of the forward pass.
/// All methods are const and may run in many threads on different slices and workspaces.
template <class T>
class Network {
 public:
  /// The settings must fit the problem, see incompatibility().
  Network(const NetworkSettings& settings, Loss loss, const ProblemShape& problem);
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;
  ~Network() = default;

  [[nodiscard]] const ParameterLayout& layout() const noexcept { return layout_; }
  [[nodiscard]] std::size_t groups() const noexcept { return groups_.size(); }
  [[nodiscard]] const LayerGroup& group(std::size_t group) const { return groups_[group]; }
  [[nodiscard]] std::span<const Stage> stages() const noexcept { return stages_; }
  [[nodiscard]] const ExtraLayout& extra() const noexcept { return extra_; }
  [[nodiscard]] Slice<T> make_slice(std::size_t samples) const {
    return Slice<T>(inputs_, stages_, samples);
  }
  /// The function of a stage: the output layer has none of its own.
  [[nodiscard]] math::Activation function(std::size_t stage) const;
  /// What the stage measures saturation and variance against, phi(0).
  [[nodiscard]] double pivot(std::size_t stage) const;

  /// All stages of the group. When `alive` is not empty (the units of the group's stages in a row,
  /// one byte each), also fills their stage_sums.activation and marks units with a non-zero
  /// derivative.
  void forward(std::size_t group, std::span<const T> parameters, Slice<T>& slice,
               Workspace<T>& workspace, std::span<std::uint8_t> alive) const;

  /// Loss, and the output layer's delta, into the slice.
  void evaluate_loss(Slice<T>& slice) const;

  /// All stages of the group, the last first: from what arrived from above to the group's delta and
  /// the gradient of its parameters. Fills stage_sums. Apart from input_gradient(), so that the
  /// gradient of many slices is complete, and may travel, before anything arrives at the group
  /// below.
  void weight_gradient(std::size_t group, std::span<const T> parameters,
                       const BackwardOptions<T>& options, Slice<T>& slice, Workspace<T>& workspace,
                       const GroupGradient<T>& out) const;
  /// What arrives at the group below; nothing happens below the first. After weight_gradient() of
  /// the same group and slice; other slices may have passed through this thread in between.
  void input_gradient(std::size_t group, std::span<const T> parameters, Slice<T>& slice,
                      Workspace<T>& workspace) const;
  /// Both, for who has one slice.
  void backward(std::size_t group, std::span<const T> parameters, const BackwardOptions<T>& options,
                Slice<T>& slice, Workspace<T>& workspace, const GroupGradient<T>& out) const {
    weight_gradient(group, parameters, options, slice, workspace, out);
    input_gradient(group, parameters, slice, workspace);
  }

  /// Floating point operations of one training step on `samples` samples: forward, dW, and dX of
  /// all but the first layer.
  [[nodiscard]] double step_flops(std::size_t samples) const;
  /// Of a slice of so many samples.
  [[nodiscard]] std::size_t slice_bytes(std::size_t samples) const {
    return Slice<T>::bytes_for(inputs_, stages_, samples);
  }
  /// Of a workspace after a step with slices of so many samples. unscales: exponents of deltas are
  /// counted, and the loss has a scale.
  [[nodiscard]] std::size_t workspace_bytes(std::size_t samples, bool unscales) const;

 private:
  [[nodiscard]] bool is_output(std::size_t stage) const noexcept {
    return stage + 1 == stages_.size();
  }
  void add_group(const LayerGroup& group);
  void add_extra(std::size_t group);
  [[nodiscard]] const LayerGroup& group_of(std::size_t stage) const {
    return groups_[stages_[stage].group];
  }
  [[nodiscard]] std::size_t largest_stage() const;
  /// The stage's delta, once weight_gradient() made it one.
  [[nodiscard]] core::MatrixView<T> delta(std::size_t stage, Slice<T>& slice) const {
    return is_output(stage) ? slice.derivative(stage) : slice.delta(stage);
  }
  /// Of a stage that has one below: what arrives there, one row a sample.
  [[nodiscard]] core::MatrixView<T> delta_below(std::size_t stage, Slice<T>& slice) const {
    return {slice.delta(stage - 1).data, slice.samples(), stages_[stage - 1].entries()};
  }

  void activate(std::size_t stage, std::span<const T> parameters, Slice<T>& slice,
                std::span<std::uint8_t> alive) const;
  void add_skip(std::size_t stage, Slice<T>& slice, bool measure) const;
  void pool(std::size_t stage, Slice<T>& slice) const;

  /// One stage's gradient: of the matrix of its group (with all tensors but the bias), of the bias,
  /// and the mean over samples of delta unless empty.
  struct StageGradient {
    std::span<T> weights;
    std::span<T> bias;
    std::span<T> mean_delta;
  };
  void stage_gradient(const StagePass<T>& pass, const BackwardOptions<T>& options,
                      const StageGradient& out) const;
  void sum_over_time(std::size_t group, std::span<const T> parameters,
                     const BackwardOptions<T>& options, Slice<T>& slice, Workspace<T>& workspace,
                     const GroupGradient<T>& out) const;
  void stage_input_gradient(const StagePass<T>& pass) const;
  void unpool(const StagePass<T>& pass, SampleRange samples, core::MatrixView<T> pooled) const;

  std::size_t inputs_;
  math::Activation activation_;
  T negative_slope_;
  Loss loss_;
  std::vector<LayerGroup> groups_;
  ParameterLayout layout_;
  std::vector<Stage> stages_;
  std::vector<std::size_t> first_stage_;  // of each group, and the number of stages
  ExtraLayout extra_;
};

/// Throws core::UsageError when the network does not fit the problem, see incompatibility().
template <class T>
std::unique_ptr<const Network<T>> make_network(const NetworkSettings& settings, Loss loss,
                                               const ProblemShape& problem);

}  // namespace plumb::net
