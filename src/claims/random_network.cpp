#include "claims/random_network.hpp"

#include <cmath>

#include "core/random.hpp"
#include "net/initializers.hpp"

namespace plumb::claims {

template <class T>
RandomNetwork<T>::RandomNetwork(const net::NetworkSettings& settings,
                                const net::ProblemShape& problem, std::uint64_t seed,
                                double mean_square)
    : network_(net::make_network<T>(settings, net::Loss::SoftmaxCrossEntropy, problem)),
      slice_(network_->make_slice(1)),
      parameters_(network_->layout().block_size()),
      gradients_(network_->layout().block_size()) {
  net::initialise<T>(settings, network_->layout(), seed, parameters_.span());
  draw_input(seed, mean_square);
}

template <class T>
void RandomNetwork<T>::draw_input(std::uint64_t seed, double mean_square) {
  core::RandomStream random(seed, core::Purpose::TrainSample, 0);
  std::vector<double> x(input().cols);
  double square_sum = 0;
  for (double& value : x) {
    value = random.normal();
    square_sum += value * value;
  }
  const double scale = std::sqrt(static_cast<double>(x.size()) * mean_square / square_sum);
  for (std::size_t i = 0; i < x.size(); ++i) input()(0, i) = static_cast<T>(scale * x[i]);
}

template <class T>
void RandomNetwork<T>::draw_output_delta(std::uint64_t seed) {
  core::RandomStream random(seed, core::Purpose::TrainSample, 1);
  for (T& value : slice_.derivative(stages() - 1).span()) value = static_cast<T>(random.normal());
}

template <class T>
void RandomNetwork<T>::forward() {
  for (std::size_t group = 0; group < network_->groups(); ++group) {
    network_->forward(group, parameters_.span(), slice_, workspace_, {});
  }
}

template <class T>
void RandomNetwork<T>::backward_group(std::size_t group) {
  const std::span<T> block = gradients_.span();
  network_->backward(group, parameters_.span(), net::BackwardOptions<T>{}, slice_, workspace_,
                     {layout().group(block, group), {}});
}

template <class T>
void RandomNetwork<T>::backward() {
  backward([](std::size_t, core::MatrixView<T>) {});
}

template class RandomNetwork<float>;
template class RandomNetwork<double>;

}  // namespace plumb::claims
