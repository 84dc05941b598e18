// What a worker tells its listener, and when.
#include "train/worker.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <limits>
#include <utility>
#include <vector>

#include "data/source.hpp"
#include "net/initializers.hpp"

namespace plumb::train {
namespace {

constexpr std::size_t kSlices = 5;  // of one thread: an incomplete tree
constexpr std::size_t kSamples = 2;
constexpr std::size_t kThread = 1;  // whose block of the store the worker fills
constexpr Measure kEverything{true, true};
constexpr net::ProblemShape kImage{81, 3, 9, 9};

net::NetworkSettings network_of(net::Family family) {
  net::NetworkSettings settings;
  settings.family = family;
  settings.activation = math::Activation::Tanh;
  settings.depth = family == net::Family::Rnn ? 9 : 4;
  settings.width = 6;
  return settings;
}

/// A network, a worker that went forward, and the store of its gradient.
class Step {
 public:
  explicit Step(net::Family family, std::size_t slices = kSlices)
      : network(
            net::make_network<float>(network_of(family), net::Loss::SoftmaxCrossEntropy, kImage)),
        store(*network, kThread + 1),
        worker(*network, {3, slices}, kSamples),
        parameters_(network->layout().block_size()) {
    net::initialise<float>(network_of(family), network->layout(), 2, parameters_);
    data::DataSettings settings;
    settings.source = data::Source::Teacher;
    settings.inputs = kImage.inputs;
    settings.classes = kImage.classes;
    const auto dataset = data::open_dataset(settings, ".", 5);
    worker.load(*dataset, data::SampleOrder(std::nullopt, 1), 0);
    worker.forward(parameters_, kEverything);
  }

  void backward(BackwardListener* listener) {
    worker.backward(parameters_, {}, kEverything, store, kThread, listener);
  }

  /// All that is in the store of a group: weights, bias, extra.
  [[nodiscard]] std::vector<float> gradient(std::size_t group) {
    const net::GroupGradient<float> gradient = store.group(kThread, group, true);
    std::vector<float> all;
    for (const std::span<const float> part :
         {std::span<const float>(gradient.parameters), std::span<const float>(gradient.extra)}) {
      all.insert(all.end(), part.begin(), part.end());
    }
    return all;
  }

  std::unique_ptr<const net::Network<float>> network;
  GradientStore<float> store;
  Worker<float> worker;

 private:
  std::vector<float> parameters_;
};

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

constexpr std::size_t kBetween = std::numeric_limits<std::size_t>::max();

/// Keeps what it hears: groups, and kBetween for moments between products.
class Listener final : public BackwardListener {
 public:
  explicit Listener(std::function<void(std::size_t group)> on_group = {})
      : on_group_(std::move(on_group)) {}
  void group_done(std::size_t thread, std::size_t group) override {
    hear(thread, group);
    if (on_group_) on_group_(group);
  }
  void between_products(std::size_t thread) override { hear(thread, kBetween); }

  std::vector<std::size_t> heard;

 private:
  void hear(std::size_t thread, std::size_t what) {
    EXPECT_EQ(thread, kThread);
    heard.push_back(what);
  }
  std::function<void(std::size_t)> on_group_;
};

std::vector<std::size_t> expected(std::size_t groups, std::size_t slices) {
  std::vector<std::size_t> all;
  for (std::size_t group = groups; group-- > 0;) {
    all.insert(all.end(), slices - 1, kBetween);  // the slices' dW
    all.push_back(group);
    if (group > 0) all.insert(all.end(), slices, kBetween);  // what arrives below, and after it
  }
  return all;
}

class WorkerOf : public testing::TestWithParam<net::Family> {};

TEST_P(WorkerOf, a_family_tells_of_every_group_once_the_last_first) {
  for (const std::size_t slices : {std::size_t{1}, kSlices}) {
    Step step(GetParam(), slices);
    Listener listener;
    step.backward(&listener);
    EXPECT_EQ(listener.heard, expected(step.network->groups(), slices));
  }
}

TEST_P(WorkerOf, a_family_tells_of_a_group_when_its_gradient_is_complete) {
  Step step(GetParam());
  std::vector<std::vector<float>> when_notified(step.network->groups());
  Listener listener([&](std::size_t group) { when_notified[group] = step.gradient(group); });
  step.backward(&listener);
  for (std::size_t group = 0; group < when_notified.size(); ++group) {
    EXPECT_TRUE(same_bits(when_notified[group], step.gradient(group))) << "group " << group;
  }
}

// Whatever had already arrived at the group below would be lost, and the gradient with it.
TEST_P(WorkerOf, a_family_tells_of_a_group_before_anything_arrives_below) {
  Step plain(GetParam());
  plain.backward(nullptr);
  Step step(GetParam());
  Listener listener([&](std::size_t group) {
    if (group == 0) return;
    std::size_t below = step.network->stages().size() - 1;
    while (step.network->stages()[below].group != group - 1) --below;
    for (std::size_t i = 0; i < kSlices; ++i) {
      for (float& value : step.worker.slice(i).delta(below).span()) {
        value = std::numeric_limits<float>::quiet_NaN();
      }
    }
  });
  step.backward(&listener);
  for (std::size_t group = 0; group < step.network->groups(); ++group) {
    EXPECT_TRUE(same_bits(step.gradient(group), plain.gradient(group))) << "group " << group;
  }
}

INSTANTIATE_TEST_SUITE_P(families, WorkerOf,
                         testing::Values(net::Family::Mlp, net::Family::Cnn, net::Family::Rnn));

TEST(worker, without_slices_tells_nothing) {
  Step step(net::Family::Mlp, 0);
  Listener listener;
  step.backward(&listener);
  EXPECT_TRUE(listener.heard.empty());
}

}  // namespace
}  // namespace plumb::train
