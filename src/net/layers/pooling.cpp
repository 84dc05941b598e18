#include "net/layers/pooling.hpp"

#include <algorithm>
#include <vector>

namespace plumb::net {

template <class T>
void PoolingLayer::forward(std::span<const T> image, std::span<T> pooled) const {
  if (kind_ == Pooling::Average) return math::average_pool<T>(input_, image, pooled);
  math::max_pool<T>(input_, image, pooled);
}

template <class T>
void PoolingLayer::input_gradient(std::span<const T> image, std::span<const T> pooled_gradient,
                                  std::span<T> gradient) const {
  if (kind_ == Pooling::Average) {
    return math::average_pool_backward<T>(input_, pooled_gradient, gradient);
  }
  math::max_pool_backward<T>(input_, image, pooled_gradient, gradient);
}

std::span<double> PoolingLayer::tangent(std::span<const double> real, std::span<double> a) const {
  std::vector<double> pooled;
  for (std::size_t y = 0; y + 1 < input_.height; y += 2) {
    for (std::size_t x = 0; x + 1 < input_.width; x += 2) {
      for (std::size_t c = 0; c < input_.channels; ++c) {
        const std::size_t first = (y * input_.width + x) * input_.channels + c;
        const std::size_t below = first + input_.width * input_.channels;
        const std::size_t window[] = {first, first + input_.channels, below,
                                      below + input_.channels};
        std::size_t largest = first;
        double sum = 0;
        for (const std::size_t i : window) {
          if (real[i] > real[largest]) largest = i;
          sum += a[i];
        }
        pooled.push_back(kind_ == Pooling::Max ? a[largest] : sum / 4);
      }
    }
  }
  std::copy(pooled.begin(), pooled.end(), a.begin());
  return a.first(pooled.size());
}

void PoolingLayer::mean_field(MeanFieldFactor& factor) const {
  factor.pooling_factor = kind_ == Pooling::Average ? 0.25 : 1;
}

template void PoolingLayer::forward(std::span<const float>, std::span<float>) const;
template void PoolingLayer::forward(std::span<const double>, std::span<double>) const;
template void PoolingLayer::input_gradient(std::span<const float>, std::span<const float>,
                                           std::span<float>) const;
template void PoolingLayer::input_gradient(std::span<const double>, std::span<const double>,
                                           std::span<double>) const;

}  // namespace plumb::net
