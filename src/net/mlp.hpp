// A fully connected network, with or without skip connections.
#pragma once

#include "net/network.hpp"

namespace plumb::net {

/// Groups 0 .. depth-1 are hidden layers, one stage each: a_l = phi(a_{l-1} W_l + b_l), plus
/// a_{l-1} in residual networks from the second hidden layer on.
template <class T>
class Mlp final : public Network<T> {
 public:
  Mlp(const NetworkSettings& settings, Loss loss, const ProblemShape& problem);

  void forward(std::size_t group, std::span<const T> parameters, Slice<T>& slice,
               std::span<std::uint8_t> alive) const override;
  void differentiate(std::size_t group, std::span<const T> parameters,
                     const BackwardOptions<T>& options, Slice<T>& slice,
                     const GroupGradient<T>& out) const override;
  void pass_down(std::size_t group, std::span<const T> parameters, Slice<T>& slice) const override;
  [[nodiscard]] double step_flops(std::size_t samples) const override;

 private:
  [[nodiscard]] bool skips(std::size_t group) const {
    return residual_ && group > 0 && !this->is_output(group);
  }

  bool residual_;
};

}  // namespace plumb::net
