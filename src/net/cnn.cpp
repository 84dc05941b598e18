#include "net/cnn.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "math/gemm.hpp"
#include "math/vector_kernels.hpp"
#include "net/dense.hpp"

namespace plumb::net {

using core::MatrixView;
using math::Op;

namespace {

std::vector<LayerShape> cnn_layers(const NetworkSettings& settings, const ProblemShape& problem) {
  const std::size_t field = settings.kernel * settings.kernel;
  const auto convolutions = convolution_shapes(settings, problem);
  std::vector<LayerShape> layers;
  layers.reserve(convolutions.size() + 1);
  for (const ConvolutionShape& shape : convolutions) {
    layers.push_back({field * shape.input.channels, shape.output.channels, field});
  }
  layers.push_back({convolutions.back().next().size(), problem.classes});
  return layers;
}

std::vector<Stage> cnn_stages(const NetworkSettings& settings, const ProblemShape& problem) {
  std::vector<Stage> stages;
  std::size_t fed = 0;  // memory of its own for what is pooled, no other
  for (const ConvolutionShape& shape : convolution_shapes(settings, problem)) {
    const std::size_t l = stages.size();
    const std::size_t positions = shape.output.height * shape.output.width;
    stages.push_back({fmt::format("conv_{}", l + 1), l, positions, shape.output.channels, fed});
    fed = shape.pooled ? shape.next().size() : 0;
  }
  stages.push_back({"output", stages.size(), 1, problem.classes, fed});
  return stages;
}

}  // namespace

template <class T>
Cnn<T>::Cnn(const NetworkSettings& settings, Loss loss, const ProblemShape& problem)
    : Network<T>(settings, loss, problem, ParameterLayout(cnn_layers(settings, problem)),
                 cnn_stages(settings, problem)),
      kernel_(settings.kernel),
      residual_(settings.residual),
      pooling_(settings.pooling),
      shapes_(convolution_shapes(settings, problem)) {
  for (std::size_t l = 0; l < shapes_.size(); ++l) {
    this->extra_.add(ExtraKind::MeanDelta, l, l, this->stages()[l].entries());
  }
}

template <class T>
void Cnn<T>::convolve(std::size_t group, std::span<const T> parameters, Slice<T>& slice) const {
  const MatrixView<const T> weights = this->layout().weights(parameters, group);
  const std::size_t positions = this->stages()[group].positions;
  const MatrixView<T> columns{scratch<T>(Scratch::Columns, positions * weights.rows), positions,
                              weights.rows};
  const MatrixView<T> z = slice.derivative(group);
  for (std::size_t s = 0; s < slice.samples(); ++s) {
    math::im2col<T>(shapes_[group].input, kernel_, slice.fed(group).row(s), columns.span());
    math::gemm<T>(Op::None, Op::None, T{1}, columns, weights, T{0},
                  {z.data + s * positions * z.cols, positions, z.cols});
  }
}

template <class T>
void Cnn<T>::pool(std::size_t group, Slice<T>& slice) const {
  const math::PictureShape& shape = shapes_[group].output;
  for (std::size_t s = 0; s < slice.samples(); ++s) {
    const std::span<const T> picture =
        slice.activation(group).span().subspan(s * shape.size(), shape.size());
    if (pooling_ == Pooling::Max) {
      math::max_pool<T>(shape, picture, slice.fed(group + 1).row(s));
    } else {
      math::average_pool<T>(shape, picture, slice.fed(group + 1).row(s));
    }
  }
}

template <class T>
void Cnn<T>::forward(std::size_t group, std::span<const T> parameters, Slice<T>& slice,
                     std::span<std::uint8_t> alive) const {
  if (this->is_output(group)) {
    math::gemm<T>(Op::None, Op::None, T{1}, slice.fed(group),
                  this->layout().weights(parameters, group), T{0}, slice.derivative(group));
    return this->activate(group, parameters, slice, alive);
  }
  convolve(group, parameters, slice);
  this->activate(group, parameters, slice, alive);
  if (skips(group)) this->add_skip(group, slice.fed(group), slice, !alive.empty());
  if (shapes_[group].pooled) pool(group, slice);
}

/// What arrives at the pooled pictures of a group, spread over the pictures before pooling.
template <class T>
void Cnn<T>::unpool(std::size_t group, std::span<const T> pooled_delta, Slice<T>& slice) const {
  const math::PictureShape& shape = shapes_[group].output;
  const std::size_t pooled = shapes_[group].next().size();
  for (std::size_t s = 0; s < slice.samples(); ++s) {
    const std::span<const T> picture =
        slice.activation(group).span().subspan(s * shape.size(), shape.size());
    const std::span<const T> from = pooled_delta.subspan(s * pooled, pooled);
    const std::span<T> to = slice.delta(group).span().subspan(s * shape.size(), shape.size());
    if (pooling_ == Pooling::Max) {
      math::max_pool_backward<T>(shape, picture, from, to);
    } else {
      math::average_pool_backward<T>(shape, from, to);
    }
  }
}

/// Where the gradient of what a group is fed with goes: straight to the stage below, or to the
/// pooled pictures first.
template <class T>
T* Cnn<T>::gradient_of_fed(std::size_t group, Slice<T>& slice) const {
  if (!shapes_[group - 1].pooled) return slice.delta(group - 1).data;
  return scratch<T>(Scratch::PooledGradient, slice.fed(group).size());
}

template <class T>
void Cnn<T>::backward(std::size_t group, std::span<const T> parameters,
                      const BackwardOptions<T>& options, Slice<T>& slice,
                      const GroupGradient<T>& out) const {
  if (this->is_output(group)) {
    const MatrixView<T> fed = slice.fed(group);
    const MatrixView<T> below{gradient_of_fed(group, slice), fed.rows, fed.cols};
    this->backward_dense(group, parameters, options, slice, out.weights, out.bias, below, false);
  } else {
    backward_convolution(group, parameters, options, slice, out);
  }
  if (group == 0 || !shapes_[group - 1].pooled) return;
  const std::size_t size = slice.fed(group).size();
  unpool(group - 1, {scratch<T>(Scratch::PooledGradient, size), size}, slice);
}

template <class T>
void Cnn<T>::backward_convolution(std::size_t group, std::span<const T> parameters,
                                  const BackwardOptions<T>& options, Slice<T>& slice,
                                  const GroupGradient<T>& out) const {
  const std::size_t arriving = slice.delta(group).size();
  T* const skip = skips(group) ? scratch<T>(Scratch::Skip, arriving) : nullptr;
  if (skip != nullptr) std::copy_n(slice.delta(group).data, arriving, skip);
  const MatrixView<T> delta = this->finish_delta(group, options, slice, out.bias);
  if (!out.extra.empty()) {
    const MatrixView<const T> by_sample{delta.data, slice.samples(), out.extra.size()};
    math::sum_delta<T>(by_sample, options.scale, out.extra);
  }
  SliceStageSums& sums = slice.stage_sums[group];
  const T drop = T{1} / lift_from_subnormal<T>(sums.delta.norm(), delta);
  multiply_columns(group, options.scale * drop, delta, slice, out.weights);
  if (options.measure) sums.weight_gradient = math::square_sum<T>(out.weights.span());
  if (group == 0) return;
  T* const below = gradient_of_fed(group, slice);
  multiply_pictures(group, this->layout().weights(parameters, group), drop, delta, below);
  if (skip != nullptr) math::add<T>({skip, arriving}, {below, arriving});
}

template <class T>
void Cnn<T>::multiply_columns(std::size_t group, T alpha, MatrixView<const T> delta,
                              Slice<T>& slice, MatrixView<T> weights) const {
  const std::size_t positions = this->stages()[group].positions;
  const MatrixView<T> columns{scratch<T>(Scratch::Columns, positions * weights.rows), positions,
                              weights.rows};
  for (std::size_t s = 0; s < slice.samples(); ++s) {
    math::im2col<T>(shapes_[group].input, kernel_, slice.fed(group).row(s), columns.span());
    math::gemm<T>(Op::Transpose, Op::None, alpha, columns,
                  {delta.data + s * positions * delta.cols, positions, delta.cols},
                  s == 0 ? T{0} : T{1}, weights);
  }
}

template <class T>
void Cnn<T>::multiply_pictures(std::size_t group, MatrixView<const T> weights, T alpha,
                               MatrixView<const T> delta, T* fed_gradient) const {
  const math::PictureShape& input = shapes_[group].input;
  const std::size_t positions = this->stages()[group].positions;
  const MatrixView<T> columns{scratch<T>(Scratch::ColumnGradient, positions * weights.rows),
                              positions, weights.rows};
  for (std::size_t s = 0; s * positions < delta.rows; ++s) {
    math::gemm<T>(Op::None, Op::Transpose, alpha,
                  {delta.data + s * positions * delta.cols, positions, delta.cols}, weights, T{0},
                  columns);
    math::col2im_add<T>(input, kernel_, columns.span(),
                        {fed_gradient + s * input.size(), input.size()});
  }
}

template <class T>
double Cnn<T>::step_flops(std::size_t samples) const {
  double multiply_adds = 0;
  for (std::size_t l = 0; l < this->groups(); ++l) {
    const double products = l == 0 ? 2 : 3;
    multiply_adds += products * static_cast<double>(this->layout().shape(l).weights() *
                                                    this->stages()[l].positions);
  }
  return 2 * multiply_adds * static_cast<double>(samples);
}

template class Cnn<float>;
template class Cnn<double>;

}  // namespace plumb::net
