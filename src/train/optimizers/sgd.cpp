// Stochastic gradient descent with Polyak's or Nesterov's momentum; without momentum they are the
// same, and nothing is kept.
#include "math/updates/sgd_update.hpp"
#include "train/optimizers/update_rule.hpp"

namespace plumb::train {
namespace {

std::size_t states(const TrainSettings& settings) { return settings.momentum == 0 ? 0 : 1; }

template <class T, math::Momentum kMomentum>
class Sgd final : public UpdateRule<T> {
 public:
  Sgd(const TrainSettings& settings, std::size_t block_size)
      : settings_(settings), velocity_(states(settings) * block_size) {}

  void update(const Chunk& chunk, std::span<const T> gradient, std::span<T> parameters) override {
    math::sgd_update<T>(coefficients(chunk), gradient, state_of(velocity_, chunk),
                        parameters.subspan(chunk.offset, chunk.count));
  }
  math::UpdateSums update_measured(const Chunk& chunk, std::span<const T> gradient,
                                   std::span<T> parameters) override {
    return math::sgd_update_measured<T>(coefficients(chunk), gradient, state_of(velocity_, chunk),
                                        parameters.subspan(chunk.offset, chunk.count));
  }

 private:
  [[nodiscard]] math::SgdCoefficients<T> coefficients(const Chunk& chunk) const {
    return {static_cast<T>(settings_.learning_rate), static_cast<T>(settings_.momentum),
            weight_decay<T>(settings_, chunk), kMomentum};
  }

  const TrainSettings settings_;
  core::AlignedBuffer<T> velocity_;
};

template <class T, math::Momentum kMomentum>
std::unique_ptr<UpdateRule<T>> make(const TrainSettings& settings, std::size_t block_size) {
  return std::make_unique<Sgd<T, kMomentum>>(settings, block_size);
}

template <math::Momentum kMomentum>
constexpr OptimizerInfo info(const char* name, const char* description) {
  return {.name = name,
          .description = description,
          .uses_momentum = true,
          .states_per_parameter = states,
          .make_float = make<float, kMomentum>,
          .make_double = make<double, kMomentum>};
}

}  // namespace

constinit const OptimizerInfo kSgd =
    info<math::Momentum::Polyak>("sgd", "stochastic gradient descent with momentum");
constinit const OptimizerInfo kNesterov = info<math::Momentum::Nesterov>(
    "nesterov", "stochastic gradient descent with Nesterov's momentum (Sutskever et al. 2013)");

}  // namespace plumb::train
