// What the parameters of a network are, and where they lie in one flat block.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/matrix_view.hpp"

namespace plumb::net {

/// What a tensor is to training and to initialisation.
enum class TensorRole {
  Weight,           // (rows of the input, units)
  RecurrentWeight,  // (units, units), applied to a state again and again
  Bias,             // (units), added to z by the activation; each group has one
};

/// Is it made smaller by weight decay?
bool decays(TensorRole role) noexcept;

/// Named parameters of one group, row-major.
struct Tensor {
  std::string symbol;   // "W", so that the first group's is W1
  std::string meaning;  // "weights"
  TensorRole role = TensorRole::Weight;
  std::vector<std::size_t> shape;       // of weights: (fan_in, fan_out)
  std::vector<std::string> dimensions;  // what an index of each dimension counts
  std::size_t receptive_field = 1;      // places that a weight's unit looks at
  // Its rows continue the matrix of the tensor before it, so that both are one factor of a product.
  bool joined = false;
  std::size_t offset = 0;  // in the block; set by ParameterLayout

  [[nodiscard]] std::size_t count() const noexcept;
};

/// The matrix of a group: all its weights, one tensor below the other.
struct LayerShape {
  std::size_t fan_in = 0;
  std::size_t fan_out = 0;
  std::size_t receptive_field = 1;  // places a weight's unit looks at: kernel^2 of a convolution

  [[nodiscard]] std::size_t weights() const noexcept { return fan_in * fan_out; }
};

/// Parameters that are used, summed and sent together.
struct ParameterGroup {
  ParameterGroup(const LayerShape& matrix, std::vector<Tensor> all)
      : shape(matrix), tensors(std::move(all)) {}

  LayerShape shape;
  std::vector<Tensor> tensors;  // the matrix of `shape` first
};

/// Weights W and biases b of these shapes. rows, units: names of the two dimensions.
ParameterGroup weights_and_bias(const LayerShape& shape, const std::string& rows,
                                const std::string& units);

/// Neighbouring parameters of one role without a gap between them.
struct ParameterRun {
  std::size_t offset;  // in the block
  std::size_t count;
  TensorRole role;  // of the first
};

/// The groups' tensors one after the other in one block: W1, b1, W2, b2, ... Each starts on a cache
/// line unless it is joined; the gaps hold zeros and stay zero. Parameters, gradients and
/// velocities share this layout.
class ParameterLayout {
 public:
  explicit ParameterLayout(std::vector<ParameterGroup> groups);
  /// Weights and biases of these shapes, with dimensions of no particular name.
  explicit ParameterLayout(const std::vector<LayerShape>& shapes);

  /// Groups.
  [[nodiscard]] std::size_t layers() const noexcept { return groups_.size(); }
  [[nodiscard]] const LayerShape& shape(std::size_t group) const { return groups_[group].shape; }
  [[nodiscard]] const std::vector<Tensor>& tensors(std::size_t group) const {
    return groups_[group].tensors;
  }
  [[nodiscard]] std::vector<ParameterRun> runs(std::size_t group) const;

  /// Elements of the block, gaps included.
  [[nodiscard]] std::size_t block_size() const noexcept { return offsets_.back(); }
  [[nodiscard]] std::size_t group_offset(std::size_t group) const { return offsets_[group]; }
  /// Elements of a group's part of the block, gaps included.
  [[nodiscard]] std::size_t group_size(std::size_t group) const {
    return offsets_[group + 1] - offsets_[group];
  }
  /// Parameters, gaps excluded: of a group, of all.
  [[nodiscard]] std::size_t parameters(std::size_t group) const;
  [[nodiscard]] std::size_t parameters() const;

  template <class T>
  [[nodiscard]] std::span<T> group(std::span<T> block, std::size_t group) const {
    return block.subspan(group_offset(group), group_size(group));
  }
  /// The matrix of the group's shape.
  template <class T>
  [[nodiscard]] core::MatrixView<T> weights(std::span<T> block, std::size_t group) const {
    return {block.data() + group_offset(group), shape(group).fan_in, shape(group).fan_out};
  }
  template <class T>
  [[nodiscard]] std::span<T> bias(std::span<T> block, std::size_t group) const {
    const Tensor& bias = groups_[group].tensors[bias_[group]];
    return block.subspan(bias.offset, bias.count());
  }

  /// The same, of a group's part of the block.
  template <class T>
  [[nodiscard]] core::MatrixView<T> weights_of_group(std::span<T> part, std::size_t group) const {
    return {part.data(), shape(group).fan_in, shape(group).fan_out};
  }
  template <class T>
  [[nodiscard]] std::span<T> bias_of_group(std::span<T> part, std::size_t group) const {
    const Tensor& bias = groups_[group].tensors[bias_[group]];
    return part.subspan(bias.offset - group_offset(group), bias.count());
  }

 private:
  std::vector<ParameterGroup> groups_;
  std::vector<std::size_t> offsets_;  // of the groups, and the end of the block
  std::vector<std::size_t> bias_;     // which tensor of each group it is
};

}  // namespace plumb::net
