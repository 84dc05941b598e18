#include <fmt/format.h>

#include "core/error.hpp"
#include "net/cnn.hpp"
#include "net/mlp.hpp"
#include "net/network.hpp"
#include "net/rnn.hpp"

namespace plumb::net {
namespace {

Misfit cnn_misfit(const NetworkSettings& settings, const ProblemShape& problem) {
  if (problem.image_height == 0) {
    return {"network.family",
            fmt::format("network.family = cnn needs images, and the {} inputs are none; allowed: "
                        "shapes, idx, or csv with a square number of inputs",
                        problem.inputs)};
  }
  const std::size_t side = std::min(problem.image_height, problem.image_width);
  if (settings.kernel <= side) return {};
  return {"network.kernel",
          fmt::format("network.kernel = {} is larger than the image of {} x {}; allowed: an odd "
                      "integer from 1 to {}",
                      settings.kernel, problem.image_height, problem.image_width,
                      side % 2 == 0 ? side - 1 : side)};
}

std::string divisors(std::size_t number) {
  std::string list;
  for (std::size_t d = 1; d <= number; ++d) {
    if (number % d == 0) list += (list.empty() ? "" : ", ") + std::to_string(d);
  }
  return list;
}

Misfit rnn_misfit(const NetworkSettings& settings, const ProblemShape& problem) {
  if (problem.inputs % settings.depth == 0) return {};
  return {"network.depth",
          fmt::format("network.depth = {} time steps cannot share {} inputs evenly; allowed: {}",
                      settings.depth, problem.inputs, divisors(problem.inputs))};
}

}  // namespace

Misfit misfit(const NetworkSettings& settings, const ProblemShape& problem) {
  if (settings.family == Family::Cnn) return cnn_misfit(settings, problem);
  if (settings.family == Family::Rnn) return rnn_misfit(settings, problem);
  return {};
}

template <class T>
std::unique_ptr<const Network<T>> make_network(const NetworkSettings& settings, Loss loss,
                                               const ProblemShape& problem) {
  const Misfit fault = misfit(settings, problem);
  if (!fault.key.empty()) throw core::UsageError(fault.message);
  if (settings.family == Family::Cnn) return std::make_unique<Cnn<T>>(settings, loss, problem);
  if (settings.family == Family::Rnn) return std::make_unique<Rnn<T>>(settings, loss, problem);
  return std::make_unique<Mlp<T>>(settings, loss, problem);
}

template std::unique_ptr<const Network<float>> make_network(const NetworkSettings&, Loss,
                                                            const ProblemShape&);
template std::unique_ptr<const Network<double>> make_network(const NetworkSettings&, Loss,
                                                             const ProblemShape&);

}  // namespace plumb::net
