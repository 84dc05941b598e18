// One training step, everything recorded: the networks of the comparison with PyTorch DDP.
#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <span>
#include <utility>
#include <vector>

#include "bench/numbers.hpp"
#include "bench/plain_gradient.hpp"
#include "bench/suite.hpp"
#include "data/source.hpp"
#include "net/initializers.hpp"
#include "train/step_engine.hpp"

namespace plumb::bench {
namespace {

constexpr std::uint64_t kSeed = 1;
constexpr train::Measure kRecorded{true, false};  // every layer's sums, as record.every = 1
constexpr double kEstimatedFlops = 1.5e11;        // per second, all ranks

struct NetworkSize {
  std::size_t depth;
  std::size_t width;
  std::size_t batch;
};

constexpr NetworkSize kNetworks[] = {
    {50, 256, 128}, {50, 512, 256}, {100, 128, 128}, {20, 1024, 256}};

net::NetworkSettings network_settings(const NetworkSize& size) {
  net::NetworkSettings network;
  network.depth = size.depth;
  network.width = size.width;
  network.activation = math::Activation::Sigmoid;
  return network;
}

/// As many slices as workers, in powers of two: the coarsest cut.
train::TrainSettings train_settings(const NetworkSize& size, std::size_t workers) {
  train::TrainSettings settings;
  settings.batch = size.batch;
  settings.slice = size.batch / std::max<std::size_t>(2, std::bit_ceil(workers));
  settings.seed = kSeed;
  return settings;
}

std::unique_ptr<const data::Dataset> dataset() {
  data::DataSettings settings;
  settings.source = data::Source::Teacher;
  settings.samples = 1024;
  return data::open_dataset(settings, {}, kSeed);
}

class StepCase final : public Case {
 public:
  StepCase(const Suite& suite, const NetworkSize& size)
      : world_(suite.world()),
        batch_(size.batch),
        dataset_(dataset()),
        context_{suite.world(), *dataset_, suite.options().threads},
        engine_(network_settings(size),
                train_settings(
                    size, suite.options().threads * static_cast<std::size_t>(suite.world().size())),
                context_) {
    net::initialise<float>(network_settings(size), engine_.network().layout(), kSeed,
                           engine_.parameters());
    world_.broadcast(engine_.parameters());
  }

  bool verify() override {
    train::Step<float> step = engine_.begin_step(0, kRecorded, {});
    const std::span<const float> gradient = step.gradient();
    const bool good = world_.rank() != 0 || gradient_is_right(gradient);
    std::move(step).update();
    return good;
  }

  void run() override { engine_.begin_step(++step_, kRecorded, {}).update(); }

 private:
  bool gradient_is_right(std::span<const float> gradient) {
    const net::ParameterLayout& layout = engine_.network().layout();
    const std::size_t inputs = dataset_->inputs();
    std::vector<double> x(batch_ * inputs);
    std::vector<double> targets(batch_);
    std::vector<float> sample(inputs);
    for (std::size_t s = 0; s < batch_; ++s) {
      targets[s] = dataset_->read(data::Split::Train, engine_.order().index(s), sample);
      std::copy(sample.begin(), sample.end(), x.begin() + static_cast<std::ptrdiff_t>(s * inputs));
    }
    const std::vector<double> parameters(engine_.parameters().begin(), engine_.parameters().end());
    const auto plain = plain_gradient(layout, parameters, {x.data(), batch_, inputs}, targets);
    bool good = true;
    for (std::size_t l = 0; l < layout.layers(); ++l)
      good = good && layer_is_right(l, gradient, plain);
    return good;
  }

  // Within 1e-4 of the norm of the layer's dW in float32. Deep sigmoid networks have gradients
  // below float32's normal range, where every element may be off by that much.
  bool layer_is_right(std::size_t layer, std::span<const float> gradient,
                      std::span<const double> plain) {
    const net::ParameterLayout& layout = engine_.network().layout();
    const auto found = layout.weights(gradient, layer).span();
    const auto expected = layout.weights(plain, layer).span();
    double difference = 0;
    double norm = 0;
    for (std::size_t i = 0; i < found.size(); ++i) {
      difference = std::hypot(difference, found[i] - expected[i]);
      norm = std::hypot(norm, expected[i]);
    }
    const double underflow =
        double{std::numeric_limits<float>::min()} * std::sqrt(static_cast<double>(found.size()));
    return difference <= 1e-4 * norm + underflow;
  }

  const comm::Communicator& world_;
  std::size_t batch_;
  std::unique_ptr<const data::Dataset> dataset_;
  train::TrainContext context_;
  train::StepEngine<float> engine_;
  std::uint64_t step_ = 0;
};

}  // namespace

void add_training_step(Suite& suite) {
  for (const NetworkSize& size : kNetworks) {
    const auto network = net::make_network<float>(network_settings(size),
                                                  net::Loss::SoftmaxCrossEntropy, {784, 10, 0, 0});
    const double flops = network->step_flops(size.batch);
    suite.add({fmt::format("training_step/{}x{}/{}", size.depth, size.width, size.batch),
               flops / kEstimatedFlops,
               {{"GFLOP/s", flops * 1e-9}, {"samples/s", static_cast<double>(size.batch)}}},
              [&suite, size] { return std::make_unique<StepCase>(suite, size); });
  }
}

}  // namespace plumb::bench
