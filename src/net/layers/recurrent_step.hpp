// One time step of a recurrent network: z_t = h_{t-1} W + x_t U.
#pragma once

#include "net/layers/layer.hpp"

namespace plumb::net {

/// h_t = phi(W h_{t-1} + U x_t + b), h_0 = 0 (Elman 1990). All time steps share W, U and b; stage t
/// of the network is time step t. W lies above U in one matrix, so that a step is one product; its
/// input is (h_{t-1}, x_t) of every sample in one row.
class RecurrentStep final : public LayerOf<RecurrentStep> {
 public:
  /// width: of the state. step_inputs: numbers of a sample that each time step reads.
  RecurrentStep(std::size_t width, std::size_t step_inputs);

  [[nodiscard]] ParameterGroup parameters() const override;
  [[nodiscard]] WeightSharing sharing() const override { return WeightSharing::Time; }
  [[nodiscard]] std::size_t own_input() const override { return shape_.fan_in; }
  void add_workspace(bool first, bool adds, WorkspaceSize& size) const override;
  [[nodiscard]] double product_cost() const override;
  [[nodiscard]] double input_gradient_cost() const override;
  [[nodiscard]] MeanFieldFactor mean_field(const NetworkSettings& settings) const override;
  [[nodiscard]] std::unique_ptr<LayerTangent> tangent(core::MatrixView<const double> weights,
                                                      std::span<const double> bias) const override;

 private:
  friend class LayerOf<RecurrentStep>;
  template <class T>
  void multiply(const StagePass<T>& pass) const;
  template <class T>
  void multiply_weight_gradient(const StagePass<T>& pass, core::MatrixView<const T> delta, T alpha,
                                std::span<T> gradient) const;
  template <class T>
  void multiply_input_gradient(const StagePass<T>& pass, core::MatrixView<const T> delta, T alpha,
                               SampleRange samples, bool add, core::MatrixView<T> below) const;
  template <class T>
  void compose_input(const StagePass<T>& pass) const;

  std::size_t width_;
  std::size_t step_inputs_;
  LayerShape shape_;  // of W above U
};

extern template class LayerOf<RecurrentStep>;

}  // namespace plumb::net
