#include "net/cnn.hpp"

#include <algorithm>

#include "math/gemm/gemm.hpp"
#include "math/vector_kernels.hpp"
#include "net/dense.hpp"

namespace plumb::net {

using core::MatrixView;
using math::Op;

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
  const math::ImageShape& shape = shapes_[group].output;
  for (std::size_t s = 0; s < slice.samples(); ++s) {
    const std::span<const T> image =
        slice.activation(group).span().subspan(s * shape.size(), shape.size());
    if (pooling_ == Pooling::Max) {
      math::max_pool<T>(shape, image, slice.fed(group + 1).row(s));
    } else {
      math::average_pool<T>(shape, image, slice.fed(group + 1).row(s));
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

template <class T>
void Cnn<T>::differentiate(std::size_t group, std::span<const T> /*parameters*/,
                           const BackwardOptions<T>& options, Slice<T>& slice,
                           const GroupGradient<T>& out) const {
  if (this->is_output(group)) {
    return this->differentiate_dense(group, options, slice, this->weights_of(group, out),
                                     this->bias_of(group, out));
  }
  if (skips(group)) keep_skip(group, slice);
  this->finish_delta(group, options, slice, this->bias_of(group, out));
  if (!out.extra.empty()) {
    const MatrixView<const T> by_sample{slice.delta(group).data, slice.samples(), out.extra.size()};
    math::sum_delta<T>(by_sample, options.scale, out.extra);
  }
  this->lift_delta(group, slice);
  const MatrixView<T> weights = this->weights_of(group, out);
  multiply_columns(group, options.scale * slice.drop, slice, weights);
  if (options.measure) {
    slice.stage_sums[group].weight_gradient = math::square_sum<T>(weights.span());
  }
}

template <class T>
void Cnn<T>::pass_down(std::size_t group, std::span<const T> parameters, Slice<T>& slice) const {
  if (group == 0) return;
  if (this->is_output(group)) return pass_down_output(parameters, slice);
  for (std::size_t s = 0; s < slice.samples(); ++s) pass_down_image(group, parameters, s, slice);
}

template <class T>
std::span<T> Cnn<T>::image_of_delta(std::size_t group, std::size_t sample, Slice<T>& slice) const {
  const std::size_t size = shapes_[group].output.size();
  return slice.delta(group).span().subspan(sample * size, size);
}

/// What arrives from above also goes past the group, before it is multiplied by phi'. Each image
/// waits where it will go, or, where the group below is pooled, at the beginning of that place.
template <class T>
void Cnn<T>::keep_skip(std::size_t group, Slice<T>& slice) const {
  for (std::size_t s = 0; s < slice.samples(); ++s) {
    const std::span<const T> arrived = image_of_delta(group, s, slice);
    std::copy(arrived.begin(), arrived.end(), image_of_delta(group - 1, s, slice).begin());
  }
}

template <class T>
void Cnn<T>::multiply_columns(std::size_t group, T alpha, Slice<T>& slice,
                              MatrixView<T> weights) const {
  const std::size_t positions = this->stages()[group].positions;
  const MatrixView<const T> delta = slice.delta(group);
  const MatrixView<T> columns{scratch<T>(Scratch::Columns, positions * weights.rows), positions,
                              weights.rows};
  for (std::size_t s = 0; s < slice.samples(); ++s) {
    math::im2col<T>(shapes_[group].input, kernel_, slice.fed(group).row(s), columns.span());
    math::gemm<T>(Op::Transpose, Op::None, alpha, columns,
                  {delta.data + s * positions * delta.cols, positions, delta.cols},
                  s == 0 ? T{0} : T{1}, weights);
  }
}

/// What arrives at one image that the group is fed with, but for what goes past the group.
template <class T>
void Cnn<T>::multiply_image(std::size_t group, std::span<const T> parameters, std::size_t sample,
                            Slice<T>& slice, std::span<T> image) const {
  const MatrixView<const T> weights = this->layout().weights(parameters, group);
  const std::size_t positions = this->stages()[group].positions;
  const std::span<const T> delta = image_of_delta(group, sample, slice);
  const MatrixView<T> columns{scratch<T>(Scratch::ColumnGradient, positions * weights.rows),
                              positions, weights.rows};
  math::gemm<T>(Op::None, Op::Transpose, slice.drop, {delta.data(), positions, weights.cols},
                weights, T{0}, columns);
  math::col2im_add<T>(shapes_[group].input, kernel_, columns.span(), image);
}

template <class T>
void Cnn<T>::pass_down_image(std::size_t group, std::span<const T> parameters, std::size_t sample,
                             Slice<T>& slice) const {
  const bool pooled = shapes_[group - 1].pooled;
  const std::span<T> below = image_of_delta(group - 1, sample, slice);
  if (!pooled && !skips(group)) return multiply_image(group, parameters, sample, slice, below);
  const std::size_t size = shapes_[group].input.size();
  const std::span<T> image{scratch<T>(Scratch::FedGradient, size), size};
  multiply_image(group, parameters, sample, slice, image);
  if (!pooled) return math::add<T>(image, below);
  if (skips(group)) math::add<T>(below.first(size), image);
  unpool(group - 1, sample, image, slice);
}

template <class T>
void Cnn<T>::pass_down_output(std::span<const T> parameters, Slice<T>& slice) const {
  const std::size_t output = this->groups() - 1;
  const bool pooled = shapes_[output - 1].pooled;
  const MatrixView<T> fed = slice.fed(output);
  T* const data =
      pooled ? scratch<T>(Scratch::FedGradient, fed.size()) : slice.delta(output - 1).data;
  const MatrixView<T> below{data, fed.rows, fed.cols};
  this->pass_down_dense(output, parameters, slice, below, false);
  if (!pooled) return;
  for (std::size_t s = 0; s < fed.rows; ++s) unpool(output - 1, s, below.row(s), slice);
}

/// What arrives at a pooled image of a group, spread over the image before pooling.
template <class T>
void Cnn<T>::unpool(std::size_t group, std::size_t sample, std::span<const T> pooled_delta,
                    Slice<T>& slice) const {
  const math::ImageShape& shape = shapes_[group].output;
  const std::span<T> to = image_of_delta(group, sample, slice);
  if (pooling_ == Pooling::Average) return math::average_pool_backward<T>(shape, pooled_delta, to);
  const std::span<const T> image =
      slice.activation(group).span().subspan(sample * shape.size(), shape.size());
  math::max_pool_backward<T>(shape, image, pooled_delta, to);
}

/// Columns, their gradient (none arrives below the first convolution), and what arrives at pooled
/// images or those that skips add to: all of the output layer's, one of a convolution's.
template <class T>
std::size_t Cnn<T>::workspace_numbers(std::size_t samples) const {
  const std::span<const Stage> stages = this->stages();
  const std::size_t output = shapes_.size();
  std::size_t columns = 0;
  std::size_t below = 0;
  std::size_t fed = shapes_.back().pooled ? samples * stages[output].fed : 0;
  for (std::size_t l = 0; l < output; ++l) {
    const std::size_t size = stages[l].positions * this->layout().shape(l).fan_in;
    columns = std::max(columns, size);
    if (l == 0) continue;
    below = std::max(below, size);
    if (shapes_[l - 1].pooled || skips(l)) fed = std::max(fed, shapes_[l].input.size());
  }
  return columns + below + fed;
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
