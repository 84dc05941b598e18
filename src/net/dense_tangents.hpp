// What the families' tangents share: dense products and their seeds, as plain as they come.
#pragma once

#include <algorithm>
#include <span>

#include "math/gemm/gemm.hpp"
#include "net/tangents.hpp"

namespace plumb::net {

class DenseTangents : public Tangents {
 public:
  DenseTangents(const NetworkSettings& settings, const ParameterLayout& layout,
                std::span<const double> parameters)
      : settings_(settings), layout_(layout), parameters_(parameters) {}

 protected:
  [[nodiscard]] core::MatrixView<const double> weights(std::size_t group) const {
    return layout_.weights(parameters_, group);
  }

  // z = below W, by the first rows of W.
  void dense(std::size_t group, core::MatrixView<const double> below,
             core::MatrixView<double> z) const {
    const core::MatrixView<const double> w = weights(group);
    math::gemm<double>(math::Op::None, math::Op::None, 1.0, below, {w.data, below.cols, w.cols},
                       0.0, z);
  }

  static void seed_dense(const VariedParameter& p, double step, std::span<const double> fed,
                         std::span<double> z) {
    z[p.col] += step * (p.row == fed.size() ? 1.0 : fed[p.row]);
  }

  void dense_z(std::size_t group, std::span<const double> fed, std::span<double> z) const {
    const core::MatrixView<const double> w = weights(group);
    const std::span<const double> bias = layout_.bias(parameters_, group);
    std::copy(bias.begin(), bias.end(), z.begin());
    for (std::size_t i = 0; i < fed.size(); ++i) {
      for (std::size_t j = 0; j < z.size(); ++j) z[j] += fed[i] * w(i, j);
    }
  }

  const NetworkSettings settings_;
  const ParameterLayout& layout_;
  std::span<const double> parameters_;
};

/// See cnn_tangents.cpp.
std::unique_ptr<Tangents> make_cnn_tangents(const NetworkSettings& settings,
                                            const ProblemShape& problem,
                                            const ParameterLayout& layout,
                                            std::span<const double> parameters);

}  // namespace plumb::net
