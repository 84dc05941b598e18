// A fully connected layer: z = x W.
#pragma once

#include <string>

#include "net/layers/layer.hpp"

namespace plumb::net {

/// What a dense layer needs of its weights' shape, and any layer that is one product per sample.
namespace products {

/// z = input W. parameters: of the group, the matrix of `shape` first.
template <class T>
void forward(const StagePass<T>& pass, const LayerShape& shape);
/// gradient = alpha * input^T delta.
template <class T>
void weight_gradient(const StagePass<T>& pass, const LayerShape& shape,
                     core::MatrixView<const T> delta, T alpha, std::span<T> gradient);
/// below = alpha * delta W^T, or added to it, by the first rows of W, those that belong to `below`.
template <class T>
void input_gradient(const StagePass<T>& pass, const LayerShape& shape,
                    core::MatrixView<const T> delta, T alpha, bool add, core::MatrixView<T> below);

}  // namespace products

class Dense final : public LayerOf<Dense> {
 public:
  /// rows, units: what the two dimensions of W are called in snapshots.
  Dense(std::size_t fan_in, std::size_t fan_out, std::string rows, std::string units);

  [[nodiscard]] ParameterGroup parameters() const override;
  void add_workspace(bool first, bool adds, WorkspaceSize& size) const override;
  [[nodiscard]] double product_cost() const override;
  [[nodiscard]] MeanFieldFactor mean_field(const NetworkSettings& settings) const override;
  [[nodiscard]] std::unique_ptr<LayerTangent> tangent(core::MatrixView<const double> weights,
                                                      std::span<const double> bias) const override;

 private:
  friend class LayerOf<Dense>;
  template <class T>
  void multiply(const StagePass<T>& pass) const;
  template <class T>
  void multiply_weight_gradient(const StagePass<T>& pass, core::MatrixView<const T> delta, T alpha,
                                std::span<T> gradient) const;
  template <class T>
  void multiply_input_gradient(const StagePass<T>& pass, core::MatrixView<const T> delta, T alpha,
                               SampleRange samples, bool add, core::MatrixView<T> below) const;

  LayerShape shape_;
  std::string rows_;
  std::string units_;
};

extern template class LayerOf<Dense>;

/// Dense products and their seeds, as plain as they come; of recurrent steps, too.
class DenseTangent final : public LayerTangent {
 public:
  DenseTangent(core::MatrixView<const double> weights, std::span<const double> bias)
      : weights_(weights), bias_(bias) {}

  void through(core::MatrixView<const double> below, core::MatrixView<double> z) const override;
  void seed(const VariedParameter& parameter, double step, std::span<const double> input,
            std::span<double> z) const override;
  void real_z(std::span<const double> input, std::span<double> z) const override;
  [[nodiscard]] double cost() const override { return static_cast<double>(weights_.size()); }

 private:
  core::MatrixView<const double> weights_;
  std::span<const double> bias_;
};

}  // namespace plumb::net
