// Adam (Kingma and Ba 2015): a step scaled by running means of the gradient and of its square.
#include <cmath>
#include <cstdint>

#include "math/updates/adam_update.hpp"
#include "train/optimizers/update_rule.hpp"

namespace plumb::train {
namespace {

template <class T>
class Adam final : public UpdateRule<T> {
 public:
  Adam(const TrainSettings& settings, std::size_t block_size)
      : settings_(settings), mean_(block_size), square_(block_size) {}

  void begin_step() override { ++step_; }
  void update(const Chunk& chunk, std::span<const T> gradient, std::span<T> parameters) override {
    math::adam_update<T>(coefficients(chunk), gradient, state_of(mean_, chunk),
                         state_of(square_, chunk), parameters.subspan(chunk.offset, chunk.count));
  }
  math::UpdateSums update_measured(const Chunk& chunk, std::span<const T> gradient,
                                   std::span<T> parameters) override {
    return math::adam_update_measured<T>(coefficients(chunk), gradient, state_of(mean_, chunk),
                                         state_of(square_, chunk),
                                         parameters.subspan(chunk.offset, chunk.count));
  }

 private:
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

template <class T>
std::unique_ptr<UpdateRule<T>> make(const TrainSettings& settings, std::size_t block_size) {
  return std::make_unique<Adam<T>>(settings, block_size);
}

std::size_t states(const TrainSettings&) { return 2; }

}  // namespace

constinit const OptimizerInfo kAdam{.name = "adam",
                                    .description = "Adam (Kingma and Ba 2015)",
                                    .uses_betas = true,
                                    .states_per_parameter = states,
                                    .make_float = make<float>,
                                    .make_double = make<double>};

}  // namespace plumb::train
