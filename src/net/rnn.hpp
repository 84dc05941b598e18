// A recurrent network that reads its input in `depth` time steps and answers after the last.
#pragma once

#include "net/network.hpp"

namespace plumb::net {

/// h_t = phi(W h_{t-1} + U x_t + b), h_0 = 0 (Elman 1990). Group 0 is the cell, with one stage for
/// each time step; its weights are W (width, width) above U (inputs / depth, width). Group 1 is the
/// output layer, which reads the last state. The extra block holds each time step's contribution to
/// the cell's gradient (Pascanu et al. 2013, eq. 5).
template <class T>
class Rnn final : public Network<T> {
 public:
  Rnn(const NetworkSettings& settings, Loss loss, const ProblemShape& problem);

  void forward(std::size_t group, std::span<const T> parameters, Slice<T>& slice,
               std::span<std::uint8_t> alive) const override;
  void differentiate(std::size_t group, std::span<const T> parameters,
                     const BackwardOptions<T>& options, Slice<T>& slice,
                     const GroupGradient<T>& out) const override;
  void pass_down(std::size_t group, std::span<const T> parameters, Slice<T>& slice) const override;
  [[nodiscard]] double step_flops(std::size_t samples) const override;

 private:
  /// One time step's gradient of the cell.
  [[nodiscard]] std::size_t workspace_numbers(std::size_t /*samples*/) const override {
    return this->layout().group_size(0);
  }
  void feed(std::size_t step, Slice<T>& slice) const;
  void differentiate_cell(std::span<const T> parameters, const BackwardOptions<T>& options,
                          Slice<T>& slice, const GroupGradient<T>& out) const;

  std::size_t steps_;
  std::size_t width_;
  std::size_t step_inputs_;
};

}  // namespace plumb::net
