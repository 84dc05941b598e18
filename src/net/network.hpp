// What the trainer knows of a network: groups of parameters that it walks forward and backward,
// one slice at a time. Knows neither threads nor ranks: who calls it, for which slice and in which
// order of slices, is the trainer's business.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "math/activations/activation_kernels.hpp"
#include "math/formats/exponent_counts.hpp"
#include "math/formats/number_format.hpp"
#include "net/parameter_layout.hpp"
#include "net/problem.hpp"
#include "net/settings.hpp"
#include "net/slice.hpp"
#include "net/stage.hpp"

namespace plumb::net {

/// How the backward pass is taken.
template <class T>
struct BackwardOptions {
  T scale = T{1};       // of every gradient: 1 / global batch
  T loss_scale = T{1};  // deltas and gradients carry it as a factor
  math::NumberFormat format = math::NumberFormat::Float32;  // deltas are rounded to it
  bool measure = false;                                     // also stage_sums.weight_gradient
  // One per stage, or empty: the exponents of delta / loss_scale are added.
  std::span<math::ExponentCounts> delta_exponents;
};

/// Where one group's gradient goes; every parameter's is written, none added to.
template <class T>
struct GroupGradient {
  std::span<T> parameters;  // the group's part of a block like that of the parameters
  std::span<T> extra;       // the group's part of the extra block, or empty: not wanted
};

/// The groups of a network in the order of the forward pass; the last is the linear output layer
/// that the loss reads. A group has one stage, or several when they share its parameters (the time
/// steps of a recurrent network); stages are numbered through, in the order of the forward pass.
/// All methods are const and may run in many threads on different slices.
template <class T>
class Network {
 public:
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;
  virtual ~Network() = default;

  [[nodiscard]] const ParameterLayout& layout() const noexcept { return layout_; }
  [[nodiscard]] std::size_t groups() const noexcept { return layout_.layers(); }
  [[nodiscard]] std::span<const Stage> stages() const noexcept { return stages_; }
  [[nodiscard]] const ExtraLayout& extra() const noexcept { return extra_; }
  [[nodiscard]] Slice<T> make_slice(std::size_t samples) const {
    return Slice<T>(inputs_, stages_, samples);
  }
  [[nodiscard]] std::size_t slice_bytes(std::size_t samples) const {
    return Slice<T>::bytes_for(inputs_, stages_, samples);
  }
  /// Working memory that a thread keeps, once slices of so many samples have passed through it,
  /// forward and backward. loss_scaled: with a loss scale other than 1.
  [[nodiscard]] std::size_t workspace_bytes(std::size_t samples, bool loss_scaled) const;
  /// The function of a stage: the output layer has none of its own.
  [[nodiscard]] math::Activation function(std::size_t stage) const;
  /// What the stage measures saturation and variance against, phi(0).
  [[nodiscard]] double pivot(std::size_t stage) const;

  /// All stages of the group. When `alive` is not empty (the units of the group's stages in a row,
  /// one byte each), also fills their stage_sums.activation and marks units with a non-zero
  /// derivative.
  virtual void forward(std::size_t group, std::span<const T> parameters, Slice<T>& slice,
                       std::span<std::uint8_t> alive) const = 0;

  /// Loss, and the output layer's delta, into the slice.
  void evaluate_loss(Slice<T>& slice) const;

  /// All stages of the group, the last first: from what arrived from above to the group's delta and
  /// the gradient of its parameters. Fills stage_sums. Apart from pass_down(), so that the gradient
  /// of many slices is complete, and may travel, before anything arrives at the group below.
  virtual void differentiate(std::size_t group, std::span<const T> parameters,
                             const BackwardOptions<T>& options, Slice<T>& slice,
                             const GroupGradient<T>& out) const = 0;
  /// What arrives at the group below; nothing happens below the first. After differentiate() of the
  /// same group and slice; other slices may have passed through this thread in between.
  virtual void pass_down(std::size_t group, std::span<const T> parameters,
                         Slice<T>& slice) const = 0;
  /// Both, for who has one slice.
  void backward(std::size_t group, std::span<const T> parameters, const BackwardOptions<T>& options,
                Slice<T>& slice, const GroupGradient<T>& out) const {
    differentiate(group, parameters, options, slice, out);
    pass_down(group, parameters, slice);
  }

  /// Floating point operations of one training step on `samples` samples: forward, dW, and dX of
  /// all but the first layer.
  [[nodiscard]] virtual double step_flops(std::size_t samples) const = 0;

 protected:
  Network(const NetworkSettings& settings, Loss loss, const ProblemShape& problem,
          ParameterLayout layout, std::vector<Stage> stages);

  /// z of the stage, without bias, to phi(z + bias) and phi'(z + bias).
  void activate(std::size_t stage, std::span<const T> parameters, Slice<T>& slice,
                std::span<std::uint8_t> alive) const;
  /// a_l += a_below, and the moments again.
  void add_skip(std::size_t stage, core::MatrixView<const T> below, Slice<T>& slice,
                bool measure) const;
  /// The stage's delta, once finish_delta() made it one.
  [[nodiscard]] core::MatrixView<T> delta(std::size_t stage, Slice<T>& slice) const {
    return is_output(stage) ? slice.derivative(stage) : slice.delta(stage);
  }
  /// What arrived from above becomes the stage's delta, rounded; bias = scale * column sums.
  void finish_delta(std::size_t stage, const BackwardOptions<T>& options, Slice<T>& slice,
                    std::span<T> bias) const;
  /// Makes the stage's delta ready for products, see lift_from_subnormal(): each takes the factor
  /// back by slice.drop.
  void lift_delta(std::size_t stage, Slice<T>& slice) const;
  /// Delta, dW and db of a dense stage.
  void differentiate_dense(std::size_t stage, const BackwardOptions<T>& options, Slice<T>& slice,
                           core::MatrixView<T> weights, std::span<T> bias) const;
  /// What arrives at `below` from a dense stage: overwritten, or added to what is there. The first
  /// rows of W belong to `below`.
  void pass_down_dense(std::size_t stage, std::span<const T> parameters, Slice<T>& slice,
                       core::MatrixView<T> below, bool add_below) const;
  [[nodiscard]] core::MatrixView<T> weights_of(std::size_t group,
                                               const GroupGradient<T>& out) const {
    return layout_.weights_of_group(out.parameters, group);
  }
  [[nodiscard]] std::span<T> bias_of(std::size_t group, const GroupGradient<T>& out) const {
    return layout_.bias_of_group(out.parameters, group);
  }
  [[nodiscard]] bool is_output(std::size_t stage) const noexcept {
    return stage + 1 == stages_.size();
  }

  ExtraLayout extra_;

 private:
  /// Numbers of working memory besides that of unscaled deltas.
  [[nodiscard]] virtual std::size_t workspace_numbers(std::size_t /*samples*/) const { return 0; }

  ParameterLayout layout_;
  std::vector<Stage> stages_;
  std::size_t inputs_;
  math::Activation activation_;
  T negative_slope_;
  Loss loss_;
};

/// Throws core::UsageError when the network does not fit the problem, see misfit().
template <class T>
std::unique_ptr<const Network<T>> make_network(const NetworkSettings& settings, Loss loss,
                                               const ProblemShape& problem);

/// Why a network and a problem do not fit, and the study key to change.
struct Misfit {
  std::string key;      // "network.kernel"; empty: they fit
  std::string message;  // what is wrong; what is allowed
};
Misfit misfit(const NetworkSettings& settings, const ProblemShape& problem);

}  // namespace plumb::net
