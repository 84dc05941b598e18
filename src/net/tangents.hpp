// How a derivative with respect to parameters travels through one stage before its activation: the
// linear half of forward-mode differentiation, written without the code it is to check.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "core/matrix_view.hpp"
#include "net/parameter_layout.hpp"
#include "net/problem.hpp"
#include "net/settings.hpp"
#include "net/slice.hpp"

namespace plumb::net {

/// One weight or bias that is varied.
struct VariedParameter {
  std::size_t group;
  std::size_t row;  // fan_in: the bias
  std::size_t col;
};

class Tangents {
 public:
  Tangents() = default;
  Tangents(const Tangents&) = delete;
  Tangents& operator=(const Tangents&) = delete;
  virtual ~Tangents() = default;

  /// Change of the stage's z for that of what the stage below hands on; rows are independent.
  /// below: (rows, entries below), before the first stage (rows, 0). z: (rows, entries), written.
  virtual void through(std::size_t stage, core::MatrixView<const double> below,
                       core::MatrixView<double> z) const = 0;
  /// Adds step * dz/dparameter, for a parameter of the stage's own group, of this sample.
  virtual void seed(std::size_t stage, const VariedParameter& parameter, double step,
                    Slice<double>& slice, std::size_t sample, std::span<double> z) const = 0;
  /// The stage's z of this sample, with bias.
  virtual void real_z(std::size_t stage, Slice<double>& slice, std::size_t sample,
                      std::span<double> z) const = 0;
  /// After the activation: skip connections and pooling. a: (entries), change of phi(z); returns
  /// the change of what the stage above sees, in a buffer of its own or in a.
  virtual std::span<double> hand_on(std::size_t stage, std::span<const double> below,
                                    Slice<double>& slice, std::size_t sample,
                                    std::span<double> a) const = 0;
  /// Multiply-adds of through() for one row, or of real_z().
  [[nodiscard]] virtual double cost(std::size_t stage) const = 0;
};

/// Borrows layout and parameters.
std::unique_ptr<Tangents> make_tangents(const NetworkSettings& settings,
                                        const ProblemShape& problem, const ParameterLayout& layout,
                                        std::span<const double> parameters);

}  // namespace plumb::net
