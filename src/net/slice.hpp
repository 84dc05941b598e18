// The memory of one slice: a fixed number of samples on their way through the network. Its stages
// are what a history shows one row of: a hidden layer, a convolution, a time step, the output
// layer.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/aligned_buffer.hpp"
#include "core/matrix_view.hpp"
#include "math/activations/activation_kernels.hpp"
#include "math/reductions.hpp"
#include "net/losses.hpp"

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

/// Sums over one slice's samples and one stage's units.
struct SliceStageSums {
  math::ActivationSums activation;
  math::SquareSum delta;            // of the delta as computed: with the loss scale in it
  math::SquareSum weight_gradient;  // of the slice's share of dW, as handed to the sum
};

template <class T>
class Slice {
 public:
  /// Room for `samples` samples of `inputs` numbers and what these stages make of them.
  Slice(std::size_t inputs, std::span<const Stage> stages, std::size_t samples);

  /// Uses only the first `samples` of them (the last block of a test split may be short).
  void shorten(std::size_t samples) { samples_ = samples; }
  [[nodiscard]] std::size_t samples() const noexcept { return samples_; }
  /// Of the numbers it holds; bytes_for() tells the same before there is one.
  [[nodiscard]] std::size_t bytes() const;
  [[nodiscard]] static std::size_t bytes_for(std::size_t inputs, std::span<const Stage> stages,
                                             std::size_t samples);

  [[nodiscard]] core::MatrixView<T> input() { return {input_.data(), samples_, inputs_}; }
  [[nodiscard]] std::span<double> targets() { return {targets_.data(), samples_}; }
  /// What the stage above sees: (samples * positions, units)
  [[nodiscard]] core::MatrixView<T> activation(std::size_t stage) {
    return view(activations_[stage], stage);
  }
  /// z, then phi'(z): (samples * positions, units); of the output layer: the loss's delta.
  [[nodiscard]] core::MatrixView<T> derivative(std::size_t stage) {
    return view(derivatives_[stage], stage);
  }
  /// delta, or what arrives from above before it is multiplied by phi'. Two buffers take turns: the
  /// deltas of neighbouring stages are alive at the same time.
  [[nodiscard]] core::MatrixView<T> delta(std::size_t stage) {
    return view(deltas_[stage % 2], stage);
  }
  /// The layer's input, one row a sample: its own memory, the activation below, the input.
  [[nodiscard]] core::MatrixView<T> layer_input(std::size_t stage);

  std::vector<SliceStageSums> stage_sums;
  LossSums loss_sums;
  /// What products with the delta computed last are multiplied by, see scale_from_subnormal().
  T unscale = T{1};

 private:
  [[nodiscard]] core::MatrixView<T> view(core::AlignedBuffer<T>& buffer, std::size_t stage) {
    return {buffer.data(), samples_ * stages_[stage].positions, stages_[stage].units};
  }

  std::size_t samples_;
  std::size_t inputs_;
  std::vector<Stage> stages_;
  core::AlignedBuffer<T> input_;
  std::vector<double> targets_;
  std::vector<core::AlignedBuffer<T>> activations_;
  std::vector<core::AlignedBuffer<T>> derivatives_;
  std::vector<core::AlignedBuffer<T>> layer_inputs_;
  core::AlignedBuffer<T> deltas_[2];
};

template <class T>
Slice<T>::Slice(std::size_t inputs, std::span<const Stage> stages, std::size_t samples)
    : stage_sums(stages.size()),
      samples_(samples),
      inputs_(inputs),
      stages_(stages.begin(), stages.end()),
      input_(samples * inputs),
      targets_(samples) {
  std::size_t largest = 0;
  for (const Stage& stage : stages_) {
    activations_.emplace_back(samples * stage.entries());
    derivatives_.emplace_back(samples * stage.entries());
    layer_inputs_.emplace_back(samples * stage.layer_input);
    largest = std::max(largest, stage.entries());
  }
  for (auto& delta : deltas_) delta = core::AlignedBuffer<T>(samples * largest);
}

template <class T>
std::size_t Slice<T>::bytes() const {
  std::size_t numbers = input_.size() + deltas_[0].size() + deltas_[1].size();
  for (std::size_t stage = 0; stage < stages_.size(); ++stage) {
    numbers +=
        activations_[stage].size() + derivatives_[stage].size() + layer_inputs_[stage].size();
  }
  return numbers * sizeof(T) + targets_.size() * sizeof(double);
}

template <class T>
std::size_t Slice<T>::bytes_for(std::size_t inputs, std::span<const Stage> stages,
                                std::size_t samples) {
  std::size_t largest = 0;
  std::size_t numbers = inputs;
  for (const Stage& stage : stages) {
    numbers += 2 * stage.entries() + stage.layer_input;
    largest = std::max(largest, stage.entries());
  }
  return samples * ((numbers + 2 * largest) * sizeof(T) + sizeof(double));
}

template <class T>
core::MatrixView<T> Slice<T>::layer_input(std::size_t stage) {
  if (stages_[stage].layer_input != 0)
    return {layer_inputs_[stage].data(), samples_, stages_[stage].layer_input};
  if (stage == 0) return input();
  return {activations_[stage - 1].data(), samples_, stages_[stage - 1].entries()};
}

}  // namespace plumb::net
