#include "net/layers/recurrent_step.hpp"

#include <algorithm>

#include "net/initializers.hpp"
#include "net/layers/dense.hpp"

namespace plumb::net {

using core::MatrixView;

RecurrentStep::RecurrentStep(std::size_t width, std::size_t step_inputs)
    : width_(width), step_inputs_(step_inputs), shape_{width + step_inputs, width} {}

ParameterGroup RecurrentStep::parameters() const {
  const Tensor state{"W",
                     "recurrent weights",
                     TensorRole::RecurrentWeight,
                     {width_, width_},
                     {"unit_before", "unit_1"}};
  Tensor input{
      "U", "input weights", TensorRole::Weight, {step_inputs_, width_}, {"step_input", "unit_1"}};
  input.joined = true;
  return {shape_, {state, input, {"b", "biases", TensorRole::Bias, {width_}, {"unit_1"}}}};
}

void RecurrentStep::add_workspace(bool /*first*/, bool /*adds*/, WorkspaceSize& size) const {
  size.need(WorkPiece::StepGradient, shape_.weights() + width_);
}

double RecurrentStep::product_cost() const { return static_cast<double>(shape_.weights()); }

double RecurrentStep::input_gradient_cost() const { return static_cast<double>(width_ * width_); }

/// Orthogonal matrices and the identity keep norms as weights of variance 1 / width do.
MeanFieldFactor RecurrentStep::mean_field(const NetworkSettings& settings) const {
  const InitializerInfo& init = info_of(settings.init);
  const bool is_isometry = init.drawing == Drawing::Orthonormal || init.is_identity_between_steps;
  const double gain = settings.recurrent_gain;
  const double variance = weight_variance(settings, {width_, width_});
  MeanFieldFactor factor;
  factor.sharing = WeightSharing::Time;
  factor.single_variance = gain * gain * variance;
  factor.weight_variance = gain * gain * (is_isometry ? 1 : static_cast<double>(width_) * variance);
  factor.input_variance = weight_variance(settings, {step_inputs_, width_});
  factor.units = static_cast<double>(width_);
  return factor;
}

std::unique_ptr<LayerTangent> RecurrentStep::tangent(MatrixView<const double> weights,
                                                     std::span<const double> bias) const {
  return std::make_unique<DenseTangent>(weights, bias);
}

template <class T>
void RecurrentStep::compose_input(const StagePass<T>& pass) const {
  Slice<T>& slice = pass.slice;
  const MatrixView<T> x = slice.input();
  const MatrixView<T> input = slice.layer_input(pass.stage);
  for (std::size_t s = 0; s < slice.samples(); ++s) {
    const std::span<T> row = input.row(s);
    if (pass.stage == 0) {
      std::fill_n(row.begin(), width_, T{0});
    } else {
      std::copy_n(slice.activation(pass.stage - 1).row(s).begin(), width_, row.begin());
    }
    std::copy_n(x.row(s).subspan(pass.stage * step_inputs_).begin(), step_inputs_,
                row.subspan(width_).begin());
  }
}

template <class T>
void RecurrentStep::multiply(const StagePass<T>& pass) const {
  compose_input(pass);
  products::forward(pass, shape_);
}

template <class T>
void RecurrentStep::multiply_weight_gradient(const StagePass<T>& pass, MatrixView<const T> delta,
                                             T alpha, std::span<T> gradient) const {
  products::weight_gradient(pass, shape_, delta, alpha, gradient);
}

template <class T>
void RecurrentStep::multiply_input_gradient(const StagePass<T>& pass, MatrixView<const T> delta,
                                            T alpha, SampleRange samples, bool add,
                                            MatrixView<T> below) const {
  products::input_gradient(pass, shape_, rows_of(delta, samples), alpha, add, below);
}

template class LayerOf<RecurrentStep>;

}  // namespace plumb::net
