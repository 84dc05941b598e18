// What a layer is: a linear map with parameters, from a layer's input to z, which the activation
// function turns into what the next layer sees. One file for each kind of layer says all that
// anybody asks of it.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "core/matrix_view.hpp"
#include "net/parameter_layout.hpp"
#include "net/settings.hpp"
#include "net/slice.hpp"
#include "net/workspace.hpp"

namespace plumb::net {

/// What shares a layer's weights, besides the samples.
enum class WeightSharing {
  None,
  Positions,  // of an image
  Time,       // steps, each of which is a stage
};

/// What mean-field theory asks of a layer as it starts (docs/theory.md).
struct MeanFieldFactor {
  double weight_variance = 0;  // sigma_w^2 = fan_in Var W; over time: of the recurrent weights
  double units = 0;            // that vary independently: channels of a convolution
  double single_variance = 0;  // Var W, of one of these weights
  double input_variance = 0;   // over time: Var U, of one weight of a step's input
  double pooling_factor = 1;   // of a gradient's square norm on its way down through the pooling
  bool skip = false;           // the layer's input is added to its output
  WeightSharing sharing = WeightSharing::None;
};

/// One weight or bias that is varied by the gradient check.
struct VariedParameter {
  std::size_t group;
  std::size_t row;  // of the group's matrix; fan_in: the bias
  std::size_t col;
};

/// How a change of parameters travels through a layer: the linear half of the forward-mode
/// derivative, written without the code it is to check. Of one sample.
class LayerTangent {
 public:
  LayerTangent() = default;
  LayerTangent(const LayerTangent&) = delete;
  LayerTangent& operator=(const LayerTangent&) = delete;
  virtual ~LayerTangent() = default;

  /// Change of z for that of what the stage below passes on; rows are independent.
  /// below: (rows, entries below). z: (rows, entries), written.
  virtual void through(core::MatrixView<const double> below, core::MatrixView<double> z) const = 0;
  /// Adds step * dz/dparameter. input: the layer's input.
  virtual void seed(const VariedParameter& parameter, double step, std::span<const double> input,
                    std::span<double> z) const = 0;
  /// z, with bias.
  virtual void real_z(std::span<const double> input, std::span<double> z) const = 0;
  /// Multiply-adds of through() for one row, or of real_z().
  [[nodiscard]] virtual double cost() const = 0;
};

/// One stage of one slice on its way through a layer.
template <class T>
struct StagePass {
  std::span<const T> parameters;  // of the group
  Slice<T>& slice;
  Workspace<T>& workspace;
  std::size_t stage;
};

struct SampleRange {
  std::size_t first = 0;
  std::size_t count = 0;
};

/// Rows of a slice's matrix that has `rows_per_sample` of them for each sample.
template <class T>
core::MatrixView<T> rows_of(const core::MatrixView<T>& matrix, SampleRange samples,
                            std::size_t rows_per_sample = 1) {
  return {matrix.data + samples.first * rows_per_sample * matrix.cols,
          samples.count * rows_per_sample, matrix.cols};
}

/// Const and without memory of its own: many threads use it, each for its slices.
class Layer {
 public:
  Layer() = default;
  Layer(const Layer&) = delete;
  Layer& operator=(const Layer&) = delete;
  virtual ~Layer() = default;

  /// Named tensors, their shapes and roles; the matrix first. Initialisation draws by them.
  [[nodiscard]] virtual ParameterGroup parameters() const = 0;
  [[nodiscard]] virtual WeightSharing sharing() const { return WeightSharing::None; }
  /// Places of an image that z has `units` numbers at.
  [[nodiscard]] virtual std::size_t positions() const { return 1; }
  /// Numbers per sample of an input that the layer itself puts together in the slice; 0: it reads
  /// what the stage below passes on.
  [[nodiscard]] virtual std::size_t own_input() const { return 0; }

  /// z, without bias, into slice.derivative(stage): (samples * positions, units).
  virtual void forward(const StagePass<float>& pass) const = 0;
  virtual void forward(const StagePass<double>& pass) const = 0;

  /// gradient = alpha * dL/d(the group's tensors but the bias, whose gradient is the column sum of
  /// delta). delta: dL/dz.
  virtual void weight_gradient(const StagePass<float>& pass, core::MatrixView<const float> delta,
                               float alpha, std::span<float> gradient) const = 0;
  virtual void weight_gradient(const StagePass<double>& pass, core::MatrixView<const double> delta,
                               double alpha, std::span<double> gradient) const = 0;

  /// Samples whose input gradient is best computed in one go.
  [[nodiscard]] virtual std::size_t samples_at_once(std::size_t samples) const { return samples; }
  /// below = alpha * dL/d(what the stage below passes on), or added to it: (samples, numbers), of
  /// these samples. delta: of all samples.
  virtual void input_gradient(const StagePass<float>& pass, core::MatrixView<const float> delta,
                              float alpha, SampleRange samples, bool add,
                              core::MatrixView<float> below) const = 0;
  virtual void input_gradient(const StagePass<double>& pass, core::MatrixView<const double> delta,
                              double alpha, SampleRange samples, bool add,
                              core::MatrixView<double> below) const = 0;

  /// What it takes from the workspace. first: there is no input gradient. adds: that is added to
  /// what is there.
  virtual void add_workspace(bool first, bool adds, WorkspaceSize& size) const = 0;
  /// Multiply-adds of one sample and stage: of forward and of weight_gradient; of input_gradient.
  [[nodiscard]] virtual double product_cost() const = 0;
  [[nodiscard]] virtual double input_gradient_cost() const { return product_cost(); }

  [[nodiscard]] virtual MeanFieldFactor mean_field(const NetworkSettings& settings) const = 0;
  /// Borrows both. weights: (fan_in, fan_out). bias: (fan_out).
  [[nodiscard]] virtual std::unique_ptr<LayerTangent> tangent(
      core::MatrixView<const double> weights, std::span<const double> bias) const = 0;
};

/// Writes the overloads for both precisions by the templates multiply, multiply_weight_gradient and
/// multiply_input_gradient of Kind.
template <class Kind>
class LayerOf : public Layer {
 public:
  void forward(const StagePass<float>& pass) const final { self().multiply(pass); }
  void forward(const StagePass<double>& pass) const final { self().multiply(pass); }
  void weight_gradient(const StagePass<float>& pass, core::MatrixView<const float> delta,
                       float alpha, std::span<float> gradient) const final {
    self().multiply_weight_gradient(pass, delta, alpha, gradient);
  }
  void weight_gradient(const StagePass<double>& pass, core::MatrixView<const double> delta,
                       double alpha, std::span<double> gradient) const final {
    self().multiply_weight_gradient(pass, delta, alpha, gradient);
  }
  void input_gradient(const StagePass<float>& pass, core::MatrixView<const float> delta,
                      float alpha, SampleRange samples, bool add,
                      core::MatrixView<float> below) const final {
    self().multiply_input_gradient(pass, delta, alpha, samples, add, below);
  }
  void input_gradient(const StagePass<double>& pass, core::MatrixView<const double> delta,
                      double alpha, SampleRange samples, bool add,
                      core::MatrixView<double> below) const final {
    self().multiply_input_gradient(pass, delta, alpha, samples, add, below);
  }

 private:
  [[nodiscard]] const Kind& self() const { return static_cast<const Kind&>(*this); }
};

}  // namespace plumb::net
