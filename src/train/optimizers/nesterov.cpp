// Nesterov's accelerated gradient; without momentum it is sgd, and nothing is kept.
#include "math/updates/nesterov_update.hpp"
#include "train/optimizers/update_rule.hpp"

namespace plumb::train {
namespace {

std::size_t states(const TrainSettings& settings) { return settings.momentum == 0 ? 0 : 1; }

template <class T>
class Nesterov final : public UpdateRule<T> {
 public:
  Nesterov(const TrainSettings& settings, std::size_t block_size)
      : settings_(settings), velocity_(states(settings) * block_size) {}

  void update(const Chunk& chunk, std::span<const T> gradient, std::span<T> parameters) override {
    math::nesterov_update<T>(coefficients(chunk), gradient, state_of(velocity_, chunk),
                             parameters.subspan(chunk.offset, chunk.count));
  }
  math::UpdateSums update_measured(const Chunk& chunk, std::span<const T> gradient,
                                   std::span<T> parameters) override {
    return math::nesterov_update_measured<T>(coefficients(chunk), gradient,
                                             state_of(velocity_, chunk),
                                             parameters.subspan(chunk.offset, chunk.count));
  }

 private:
  [[nodiscard]] math::NesterovCoefficients<T> coefficients(const Chunk& chunk) const {
    return {static_cast<T>(settings_.learning_rate), static_cast<T>(settings_.momentum),
            weight_decay<T>(settings_, chunk)};
  }

  const TrainSettings settings_;
  core::AlignedBuffer<T> velocity_;
};

template <class T>
std::unique_ptr<UpdateRule<T>> make(const TrainSettings& settings, std::size_t block_size) {
  return std::make_unique<Nesterov<T>>(settings, block_size);
}

}  // namespace

constinit const OptimizerInfo kNesterov{
    .name = "nesterov",
    .description = "stochastic gradient descent with Nesterov's momentum (Sutskever et al. 2013)",
    .uses_momentum = true,
    .states_per_parameter = states,
    .make_float = make<float>,
    .make_double = make<double>};

}  // namespace plumb::train
