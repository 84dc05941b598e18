#include "net/mlp.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "math/gemm/gemm.hpp"

namespace plumb::net {
namespace {

std::vector<ParameterGroup> mlp_groups(const NetworkSettings& settings,
                                       const ProblemShape& problem) {
  std::vector<ParameterGroup> groups;
  std::string below = "input";
  for (const LayerShape& shape : mlp_shapes(settings, problem.inputs, problem.classes)) {
    const std::size_t number = groups.size() + 1;
    const std::string units = number > settings.depth ? "class" : fmt::format("unit_{}", number);
    groups.push_back(weights_and_bias(shape, below, units));
    below = units;
  }
  return groups;
}

std::vector<Stage> mlp_stages(const std::vector<LayerShape>& shapes) {
  std::vector<Stage> stages;
  for (std::size_t l = 0; l < shapes.size(); ++l) {
    const bool output = l + 1 == shapes.size();
    stages.push_back(
        {output ? "output" : fmt::format("hidden_{}", l + 1), l, 1, shapes[l].fan_out});
  }
  return stages;
}

}  // namespace

template <class T>
Mlp<T>::Mlp(const NetworkSettings& settings, Loss loss, const ProblemShape& problem)
    : Network<T>(settings, loss, problem, ParameterLayout(mlp_groups(settings, problem)),
                 mlp_stages(mlp_shapes(settings, problem.inputs, problem.classes))),
      residual_(settings.residual) {}

template <class T>
void Mlp<T>::forward(std::size_t group, std::span<const T> parameters, Slice<T>& slice,
                     std::span<std::uint8_t> alive) const {
  math::gemm<T>(math::Op::None, math::Op::None, T{1}, slice.fed(group),
                this->layout().weights(parameters, group), T{0}, slice.derivative(group));
  this->activate(group, parameters, slice, alive);
  if (skips(group)) this->add_skip(group, slice.fed(group), slice, !alive.empty());
}

template <class T>
void Mlp<T>::differentiate(std::size_t group, std::span<const T> /*parameters*/,
                           const BackwardOptions<T>& options, Slice<T>& slice,
                           const GroupGradient<T>& out) const {
  if (skips(group)) {
    // What arrives from above also goes past the layer, before it is multiplied by phi'.
    const core::MatrixView<T> arrived = slice.delta(group);
    std::copy_n(arrived.data, arrived.size(), slice.delta(group - 1).data);
  }
  this->differentiate_dense(group, options, slice, this->weights_of(group, out),
                            this->bias_of(group, out));
}

template <class T>
void Mlp<T>::pass_down(std::size_t group, std::span<const T> parameters, Slice<T>& slice) const {
  if (group == 0) return;
  this->pass_down_dense(group, parameters, slice, slice.delta(group - 1), skips(group));
}

template <class T>
double Mlp<T>::step_flops(std::size_t samples) const {
  double multiply_adds = 0;
  for (std::size_t l = 0; l < this->groups(); ++l) {
    const double products = l == 0 ? 2 : 3;
    multiply_adds += products * static_cast<double>(this->layout().shape(l).weights());
  }
  return 2 * multiply_adds * static_cast<double>(samples);
}

template class Mlp<float>;
template class Mlp<double>;

}  // namespace plumb::net
