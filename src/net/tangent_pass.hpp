// Forward-mode derivative of a whole network: tangents on their way from the parameters that
// are varied to the loss.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "core/aligned_buffer.hpp"
#include "net/network.hpp"

namespace plumb::net {

/// Carries one row of tangents for each varied parameter through the network, sample by sample.
class TangentPass {
 public:
  /// Borrows network and parameters. varied: sorted by group.
  TangentPass(const NetworkSettings& settings, Loss loss, const Network<double>& network,
              std::span<const double> parameters, std::vector<VariedParameter> varied);

  /// Adds d loss(sample) / d parameter of every varied one to `derivatives`. slice: after its own
  /// pass through the network.
  void add_sample(Slice<double>& slice, std::size_t sample, std::span<double> derivatives);

 private:
  [[nodiscard]] std::span<double> row(std::size_t parameter, std::size_t entries) {
    return {here_.data() + parameter * entries, entries};
  }
  [[nodiscard]] const LayerTangent& tangent_of(std::size_t stage) const {
    return *tangents_[network_.stages()[stage].group];
  }
  std::size_t seed(std::size_t stage, std::size_t active, std::size_t entries_below,
                   std::span<const double> input);
  void add_seed(std::size_t stage, std::size_t parameter, std::span<const double> input,
                std::span<double> tangent);
  std::size_t activate(std::size_t stage, const std::vector<double>& real,
                       core::MatrixView<const double> below, Slice<double>& slice,
                       std::size_t sample);
  std::span<double> pass_on(std::size_t stage, std::span<const double> below, Slice<double>& slice,
                            std::size_t sample, std::span<double> a) const;
  void rescale(std::size_t parameter, std::span<double> tangent);
  void finish(const std::vector<double>& real, double target, std::span<double> derivatives);

  const NetworkSettings settings_;
  Loss loss_;
  const Network<double>& network_;
  std::vector<std::unique_ptr<LayerTangent>> tangents_;  // of each group
  std::vector<VariedParameter> varied_;
  std::vector<int> exponents_;         // of two, by which the parameter's tangents were scaled down
  core::AlignedBuffer<double> below_;  // (varied, entries passed on by the stage below)
  core::AlignedBuffer<double> here_;   // (varied, entries of the stage)
};

/// One for each group.
std::vector<std::unique_ptr<LayerTangent>> make_tangents(const Network<double>& network,
                                                         std::span<const double> parameters);

}  // namespace plumb::net
