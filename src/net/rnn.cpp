#include "net/rnn.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "math/gemm/gemm.hpp"
#include "math/vector_kernels.hpp"
#include "net/dense.hpp"

namespace plumb::net {

using core::MatrixView;

namespace {

/// W above U in one matrix, so that a step is one product.
std::vector<ParameterGroup> rnn_groups(const NetworkSettings& settings,
                                       const ProblemShape& problem) {
  const std::size_t width = settings.width;
  const std::size_t step_inputs = problem.inputs / settings.depth;
  Tensor state{"W",
               "recurrent weights",
               TensorRole::RecurrentWeight,
               {width, width},
               {"unit_before", "unit_1"}};
  Tensor input{
      "U", "input weights", TensorRole::Weight, {step_inputs, width}, {"step_input", "unit_1"}};
  input.joined = true;
  return {{{width + step_inputs, width},
           {state, input, {"b", "biases", TensorRole::Bias, {width}, {"unit_1"}}}},
          weights_and_bias({width, problem.classes}, "unit_1", "class")};
}

std::vector<Stage> rnn_stages(const NetworkSettings& settings, const ProblemShape& problem) {
  const std::size_t fed = settings.width + problem.inputs / settings.depth;
  std::vector<Stage> stages;
  for (std::size_t t = 0; t < settings.depth; ++t) {
    stages.push_back({fmt::format("step_{}", t + 1), 0, 1, settings.width, fed});
  }
  stages.push_back({"output", 1, 1, problem.classes});
  return stages;
}

}  // namespace

template <class T>
Rnn<T>::Rnn(const NetworkSettings& settings, Loss loss, const ProblemShape& problem)
    : Network<T>(settings, loss, problem, ParameterLayout(rnn_groups(settings, problem)),
                 rnn_stages(settings, problem)),
      steps_(settings.depth),
      width_(settings.width),
      step_inputs_(problem.inputs / settings.depth) {
  const LayerShape& cell = this->layout().shape(0);
  for (std::size_t t = 0; t < steps_; ++t) {
    this->extra_.add(ExtraKind::WeightGradient, t, 0, cell.weights());
    this->extra_.add(ExtraKind::BiasGradient, t, 0, cell.fan_out);
  }
}

/// (h_{t-1}, x_t) of every sample in one row, so that the cell is one product.
template <class T>
void Rnn<T>::feed(std::size_t step, Slice<T>& slice) const {
  const MatrixView<T> x = slice.input();
  const MatrixView<T> fed = slice.fed(step);
  for (std::size_t s = 0; s < slice.samples(); ++s) {
    const std::span<T> row = fed.row(s);
    if (step == 0) {
      std::fill_n(row.begin(), width_, T{0});
    } else {
      std::copy_n(slice.activation(step - 1).row(s).begin(), width_, row.begin());
    }
    std::copy_n(x.row(s).subspan(step * step_inputs_).begin(), step_inputs_,
                row.subspan(width_).begin());
  }
}

template <class T>
void Rnn<T>::forward(std::size_t group, std::span<const T> parameters, Slice<T>& slice,
                     std::span<std::uint8_t> alive) const {
  const std::size_t first = group == 0 ? 0 : steps_;
  const std::size_t count = group == 0 ? steps_ : 1;
  for (std::size_t stage = first; stage < first + count; ++stage) {
    if (group == 0) feed(stage, slice);
    math::gemm<T>(math::Op::None, math::Op::None, T{1}, slice.fed(stage),
                  this->layout().weights(parameters, group), T{0}, slice.derivative(stage));
    const std::size_t units = this->stages()[stage].units;
    this->activate(stage, parameters, slice,
                   alive.empty() ? alive : alive.subspan((stage - first) * units, units));
  }
}

template <class T>
void Rnn<T>::differentiate(std::size_t group, std::span<const T> parameters,
                           const BackwardOptions<T>& options, Slice<T>& slice,
                           const GroupGradient<T>& out) const {
  if (group == 0) return differentiate_cell(parameters, options, slice, out);
  this->differentiate_dense(steps_, options, slice, this->weights_of(group, out),
                            this->bias_of(group, out));
}

template <class T>
void Rnn<T>::pass_down(std::size_t group, std::span<const T> parameters, Slice<T>& slice) const {
  if (group == 0) return;
  this->pass_down_dense(steps_, parameters, slice, slice.delta(steps_ - 1), false);
}

/// Back through time, from one step to the one before. Each time step's contribution is computed
/// on its own and added, whether somebody wants to see the contributions or not: recording changes
/// no bits.
template <class T>
void Rnn<T>::differentiate_cell(std::span<const T> parameters, const BackwardOptions<T>& options,
                                Slice<T>& slice, const GroupGradient<T>& out) const {
  const MatrixView<T> sum = this->weights_of(0, out);
  const std::span<T> bias_sum = this->bias_of(0, out);
  const std::size_t weights = sum.size();
  const std::size_t both = weights + width_;
  std::fill_n(sum.data, weights, T{0});
  std::fill(bias_sum.begin(), bias_sum.end(), T{0});
  for (std::size_t t = steps_; t-- > 0;) {
    T* const own =
        out.extra.empty() ? scratch<T>(Scratch::StepGradient, both) : out.extra.data() + t * both;
    const MatrixView<T> dW{own, sum.rows, sum.cols};
    const std::span<T> db{own + weights, width_};
    this->differentiate_dense(t, options, slice, dW, db);
    if (t > 0) this->pass_down_dense(t, parameters, slice, slice.delta(t - 1), false);
    math::add<T>(dW.span(), sum.span());
    math::add<T>(db, bias_sum);
  }
}

template <class T>
double Rnn<T>::step_flops(std::size_t samples) const {
  const double cell = static_cast<double>(this->layout().shape(0).weights());
  const double recurrent = static_cast<double>(width_ * width_);
  const double output = static_cast<double>(this->layout().shape(1).weights());
  const auto steps = static_cast<double>(steps_);
  const double multiply_adds = steps * 2 * cell + (steps - 1) * recurrent + 3 * output;
  return 2 * multiply_adds * static_cast<double>(samples);
}

template class Rnn<float>;
template class Rnn<double>;

}  // namespace plumb::net
