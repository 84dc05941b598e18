// Weight gradients of all slices first and input gradients afterwards, against one slice after the
// other.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "net/initializers.hpp"
#include "net/network.hpp"

namespace plumb::net {
namespace {

using math::Activation;

constexpr ProblemShape kImage{81, 3, 9, 9};  // 9, 4, 2: pooling drops a row and a column
constexpr std::size_t kSlices = 3;
constexpr std::size_t kSamples = 4;

/// Sizes of the slices' output deltas: the second one's are subnormal, so all of its deltas are
/// lifted, while those of the slices before and after it are not.
template <class T>
T size_of_deltas(std::size_t slice) {
  return slice == 1 ? std::numeric_limits<T>::min() / 128 : T{1};
}

/// Several slices that went forward, and what comes back.
template <class T>
class Batch {
 public:
  explicit Batch(const NetworkSettings& settings)
      : network_(make_network<T>(settings, Loss::SoftmaxCrossEntropy, kImage)),
        parameters_(network_->layout().block_size()),
        gradients_(kSlices * slice_size()) {
    initialise<T>(settings, network_->layout(), 3, parameters_);
    options_.scale = T{1} / kSamples;
    options_.measure = true;
    for (std::size_t s = 0; s < kSlices; ++s) add_slice(s);
  }

  void backward_slice_by_slice() {
    for (std::size_t s = 0; s < kSlices; ++s) {
      for (std::size_t g = network_->groups(); g-- > 0;) {
        network_->backward(g, parameters_, options_, slices_[s], workspace_, out(s, g));
      }
    }
  }

  void backward_layer_by_layer() {
    for (std::size_t g = network_->groups(); g-- > 0;) {
      for (std::size_t s = 0; s < kSlices; ++s) {
        network_->weight_gradient(g, parameters_, options_, slices_[s], workspace_, out(s, g));
      }
      for (std::size_t s = 0; s < kSlices; ++s) {
        network_->input_gradient(g, parameters_, slices_[s], workspace_);
      }
    }
  }

  [[nodiscard]] const std::vector<T>& gradients() const { return gradients_; }
  [[nodiscard]] std::vector<double> norms(std::size_t slice) const {
    std::vector<double> norms;
    for (const SliceStageSums& sums : slices_[slice].stage_sums) {
      norms.push_back(sums.delta.norm());
      norms.push_back(sums.weight_gradient.norm());
    }
    return norms;
  }

 private:
  [[nodiscard]] std::size_t slice_size() const {
    return network_->layout().block_size() + network_->extra().block_size();
  }

  void add_slice(std::size_t index) {
    Slice<T>& slice = slices_.emplace_back(network_->make_slice(kSamples));
    core::RandomStream random(index, core::Purpose::TrainSample, 0);
    for (T& x : slice.input().span()) x = static_cast<T>(random.normal());
    for (std::size_t s = 0; s < kSamples; ++s) slice.targets()[s] = static_cast<double>(s % 3);
    for (std::size_t g = 0; g < network_->groups(); ++g) {
      network_->forward(g, parameters_, slice, workspace_, {});
    }
    network_->evaluate_loss(slice);
    const std::size_t output = network_->stages().size() - 1;
    for (T& value : slice.derivative(output).span()) value *= size_of_deltas<T>(index);
  }

  GroupGradient<T> out(std::size_t slice, std::size_t group) {
    const std::span<T> all = std::span(gradients_).subspan(slice * slice_size(), slice_size());
    const ParameterLayout& layout = network_->layout();
    const ExtraLayout& extra = network_->extra();
    const std::span<T> measured = all.subspan(layout.block_size());
    return {layout.group(all, group),
            measured.subspan(extra.group_offset(group), extra.group_size(group))};
  }

  std::unique_ptr<const Network<T>> network_;
  std::vector<T> parameters_;
  std::vector<T> gradients_;  // by slice: parameters, then the extra block
  BackwardOptions<T> options_;
  std::vector<Slice<T>> slices_;
  Workspace<T> workspace_;
};

template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

NetworkSettings network(Family family, bool residual) {
  NetworkSettings settings;
  settings.family = family;
  settings.activation = Activation::Tanh;
  settings.depth = family == Family::Rnn ? 9 : 5;
  settings.width = 7;
  settings.residual = residual;
  return settings;
}

template <class T>
void expect_same_bits(const NetworkSettings& settings) {
  Batch<T> one_by_one(settings);
  Batch<T> together(settings);
  one_by_one.backward_slice_by_slice();
  together.backward_layer_by_layer();
  EXPECT_TRUE(same_bits(one_by_one.gradients(), together.gradients()));
  for (std::size_t s = 0; s < kSlices; ++s) {
    EXPECT_TRUE(same_bits(one_by_one.norms(s), together.norms(s))) << "slice " << s;
    for (const double norm : together.norms(s)) {
      EXPECT_GT(norm, 0) << "slice " << s << ": nothing would be compared";
      EXPECT_EQ(norm < std::sqrt(std::numeric_limits<T>::min()), s == 1) << "the test's premise";
    }
  }
}

template <class T>
class PassingDown : public testing::Test {};
using Precisions = testing::Types<float, double>;
TYPED_TEST_SUITE(PassingDown, Precisions);

TYPED_TEST(PassingDown, all_slices_of_an_mlp_at_once_gives_the_bits_of_one_after_the_other) {
  expect_same_bits<TypeParam>(network(Family::Mlp, false));
}

TYPED_TEST(PassingDown, all_slices_of_a_residual_mlp_at_once_gives_the_same_bits) {
  expect_same_bits<TypeParam>(network(Family::Mlp, true));
}

TYPED_TEST(PassingDown, all_slices_of_an_rnn_at_once_gives_the_same_bits) {
  expect_same_bits<TypeParam>(network(Family::Rnn, false));
}

TYPED_TEST(PassingDown, all_slices_of_a_cnn_at_once_gives_the_same_bits) {
  for (const bool residual : {false, true}) {
    for (const Pooling pooling : {Pooling::None, Pooling::Max, Pooling::Average}) {
      NetworkSettings settings = network(Family::Cnn, residual);
      settings.pooling = pooling;
      for (settings.pool_every = 1; settings.pool_every <= 2; ++settings.pool_every) {
        SCOPED_TRACE(testing::Message()
                     << "residual " << residual << ", pooling " << static_cast<int>(pooling)
                     << " after every " << settings.pool_every);
        expect_same_bits<TypeParam>(settings);
      }
    }
  }
}

}  // namespace
}  // namespace plumb::net
