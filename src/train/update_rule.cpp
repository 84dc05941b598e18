#include "train/update_rule.hpp"

#include <cmath>
#include <cstdint>

#include "core/aligned_buffer.hpp"
#include "math/updates/adam_update.hpp"

namespace plumb::train {
namespace {

template <class T>
T weight_decay(const TrainSettings& settings, const Chunk& chunk) {
  return net::decays(chunk.role) ? static_cast<T>(settings.weight_decay) : T{0};
}

template <class T>
class Sgd final : public UpdateRule<T> {
 public:
  Sgd(const TrainSettings& settings, std::size_t block_size)
      : settings_(settings), velocity_(settings.momentum == 0 ? 0 : block_size) {}

  void update(const Chunk& chunk, std::span<const T> gradient, std::span<T> parameters) override {
    math::sgd_update<T>(coefficients(chunk), gradient, velocity(chunk),
                        parameters.subspan(chunk.offset, chunk.count));
  }
  math::UpdateSums update_measured(const Chunk& chunk, std::span<const T> gradient,
                                   std::span<T> parameters) override {
    return math::sgd_update_measured<T>(coefficients(chunk), gradient, velocity(chunk),
                                        parameters.subspan(chunk.offset, chunk.count));
  }

 private:
  [[nodiscard]] math::SgdCoefficients<T> coefficients(const Chunk& chunk) const {
    return {static_cast<T>(settings_.learning_rate), static_cast<T>(settings_.momentum),
            weight_decay<T>(settings_, chunk)};
  }
  std::span<T> velocity(const Chunk& chunk) {
    if (velocity_.size() == 0) return {};
    return velocity_.span().subspan(chunk.offset, chunk.count);
  }

  const TrainSettings settings_;
  core::AlignedBuffer<T> velocity_;
};

template <class T>
class Adam final : public UpdateRule<T> {
 public:
  Adam(const TrainSettings& settings, std::size_t block_size)
      : settings_(settings), mean_(block_size), square_(block_size) {}

  void begin_step() override { ++step_; }
  void update(const Chunk& chunk, std::span<const T> gradient, std::span<T> parameters) override {
    math::adam_update<T>(coefficients(chunk), gradient, part(mean_, chunk), part(square_, chunk),
                         parameters.subspan(chunk.offset, chunk.count));
  }
  math::UpdateSums update_measured(const Chunk& chunk, std::span<const T> gradient,
                                   std::span<T> parameters) override {
    return math::adam_update_measured<T>(coefficients(chunk), gradient, part(mean_, chunk),
                                         part(square_, chunk),
                                         parameters.subspan(chunk.offset, chunk.count));
  }

 private:
  static std::span<T> part(core::AlignedBuffer<T>& block, const Chunk& chunk) {
    return block.span().subspan(chunk.offset, chunk.count);
  }
  /// Corrections for the betas as T holds them: in float 1 - 0.999f is off by 1e-5 from 0.001.
  [[nodiscard]] math::AdamCoefficients<T> coefficients(const Chunk& chunk) const {
    const auto t = static_cast<double>(step_);
    const T beta1 = static_cast<T>(settings_.beta1);
    const T beta2 = static_cast<T>(settings_.beta2);
    const double step_size = settings_.learning_rate / (1 - std::pow(double{beta1}, t));
    return {beta1,
            beta2,
            static_cast<T>(settings_.epsilon),
            weight_decay<T>(settings_, chunk),
            static_cast<T>(step_size),
            static_cast<T>(std::sqrt(1 - std::pow(double{beta2}, t)))};
  }

  const TrainSettings settings_;
  core::AlignedBuffer<T> mean_;
  core::AlignedBuffer<T> square_;
  std::uint64_t step_ = 0;
};

}  // namespace

template <class T>
std::unique_ptr<UpdateRule<T>> make_update_rule(const TrainSettings& settings,
                                                std::size_t block_size) {
  if (settings.optimizer == Optimizer::Adam) {
    return std::make_unique<Adam<T>>(settings, block_size);
  }
  return std::make_unique<Sgd<T>>(settings, block_size);
}

template std::unique_ptr<UpdateRule<float>> make_update_rule(const TrainSettings&, std::size_t);
template std::unique_ptr<UpdateRule<double>> make_update_rule(const TrainSettings&, std::size_t);

}  // namespace plumb::train
