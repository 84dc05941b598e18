// What a history shows one row of: a hidden layer, a convolution, a time step, the output layer.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace plumb::net {

struct Stage {
  std::string name;           // "hidden_1", "conv_1", "step_1", ..., "output"
  std::size_t group = 0;      // of parameters (ParameterLayout) it uses
  std::size_t positions = 1;  // places of an image that share the weights; 1: no image
  std::size_t units = 0;      // per position: fan_out of its group
  // Numbers per sample of the layer's input, where this is not simply the activation of the stage
  // below: pooled images, a state with the input of a time step. 0: no memory of its own.
  std::size_t layer_input = 0;

  [[nodiscard]] std::size_t entries() const noexcept { return positions * units; }
};

/// What is measured besides the gradient of the parameters, and summed over samples like it.
/// All scaled to the mean over the global batch.
enum class ExtraKind {
  WeightGradient,  // one stage's contribution to dW, where several stages share W
  BiasGradient,    // likewise to db; the mean over samples of delta, too
  MeanDelta,       // mean over samples of delta, (positions, units)
};

struct ExtraPart {
  ExtraKind kind;
  std::size_t stage;
  std::size_t group;
  std::size_t offset;  // in the extra block
  std::size_t count;
};

/// The extra block: parts one after the other, those of a group together.
class ExtraLayout {
 public:
  /// Parts of equal groups must follow each other, groups in ascending order.
  void add(ExtraKind kind, std::size_t stage, std::size_t group, std::size_t count) {
    parts_.push_back({kind, stage, group, block_size_, count});
    block_size_ += count;
  }
  [[nodiscard]] const std::vector<ExtraPart>& parts() const noexcept { return parts_; }
  [[nodiscard]] std::size_t block_size() const noexcept { return block_size_; }
  [[nodiscard]] std::size_t group_offset(std::size_t group) const {
    for (const ExtraPart& part : parts_) {
      if (part.group == group) return part.offset;
    }
    return block_size_;
  }
  [[nodiscard]] std::size_t group_size(std::size_t group) const {
    std::size_t size = 0;
    for (const ExtraPart& part : parts_) size += part.group == group ? part.count : 0;
    return size;
  }

 private:
  std::vector<ExtraPart> parts_;
  std::size_t block_size_ = 0;
};

}  // namespace plumb::net
