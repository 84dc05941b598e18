#include "train/verification.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <type_traits>
#include <vector>

#include "core/aligned_buffer.hpp"
#include "net/gradient_check.hpp"
#include "train/context.hpp"

namespace plumb::train {
namespace {

constexpr std::size_t kCheckSamples = 2;
constexpr std::size_t kPiece = std::size_t{1} << 20;

}  // namespace

template <class T>
Check check_parameters_equal(const comm::Communicator& communicator,
                             std::span<const T> parameters) {
  std::int64_t differing_pieces = 0;
  std::vector<T> piece;
  for (std::size_t first = 0; first < parameters.size(); first += kPiece) {
    const auto mine = parameters.subspan(first, std::min(kPiece, parameters.size() - first));
    piece.assign(mine.begin(), mine.end());
    communicator.broadcast<T>(piece);
    if (std::memcmp(piece.data(), mine.data(), mine.size_bytes()) != 0) ++differing_pieces;
  }
  communicator.sum(std::span<std::int64_t>(&differing_pieces, 1));
  return {"parameters_equal_on_all_ranks", differing_pieces == 0,
          fmt::format("{} ranks, {} bytes each", communicator.size(), parameters.size_bytes())};
}

template <class T>
bool all_finite(std::span<const T> values) {
  return std::all_of(values.begin(), values.end(), [](T value) { return std::isfinite(value); });
}

template <class T>
Check check_finite(std::span<const T> parameters, std::optional<std::uint64_t> diverged_step) {
  if (diverged_step) {
    return {"finite_or_diverged", true,
            fmt::format("diverged: loss or parameters not finite from step {} on", *diverged_step)};
  }
  const bool finite = all_finite(parameters);
  return {"finite_or_diverged", finite,
          finite ? "loss finite in every step, parameters finite at the end"
                 : "parameters not finite, yet the run did not report it"};
}

std::size_t gradient_check_bytes(const net::Network<double>& network) {
  return network.layout().block_size() * sizeof(double) +  // the parameters in float64
         net::gradient_check_bytes(network, kCheckSamples);
}

template <class T>
Check check_gradient(const net::NetworkSettings& network, const TrainSettings& settings,
                     std::span<const T> parameters, const data::Dataset& dataset,
                     const data::SampleOrder& order) {
  const auto reference = net::make_network<double>(network, settings.loss, problem_of(dataset));
  core::AlignedBuffer<double> exact(parameters.size());
  std::copy(parameters.begin(), parameters.end(), exact.data());
  core::AlignedBuffer<float> x(kCheckSamples * dataset.inputs());
  const core::MatrixView<float> samples{x.data(), kCheckSamples, dataset.inputs()};
  std::vector<double> targets(kCheckSamples);
  for (std::size_t s = 0; s < kCheckSamples; ++s) {
    targets[s] = dataset.read(data::Split::Train, order.index(s), samples.row(s));
  }
  const net::GradientCheckResult result = net::check_gradients(
      network, settings.loss, *reference, exact.span(), samples, targets, settings.seed);
  if (!result.checked) {
    return {"gradient_matches_complex_step", true,
            "not checked: the network's own pass overflows even in float64"};
  }
  return {"gradient_matches_complex_step", result.passed,
          fmt::format("{} parameters of {} of {} layers in float64, worst relative error {:.1e} "
                      "(layer {}), allowed {:.0e}",
                      result.parameters_checked, result.layers_checked, result.layers,
                      result.worst_error, result.worst_layer, net::kGradientCheckTolerance)};
}

template Check check_parameters_equal(const comm::Communicator&, std::span<const float>);
template Check check_parameters_equal(const comm::Communicator&, std::span<const double>);
template bool all_finite(std::span<const float>);
template bool all_finite(std::span<const double>);
template Check check_finite(std::span<const float>, std::optional<std::uint64_t>);
template Check check_finite(std::span<const double>, std::optional<std::uint64_t>);
template Check check_gradient(const net::NetworkSettings&, const TrainSettings&,
                              std::span<const float>, const data::Dataset&,
                              const data::SampleOrder&);
template Check check_gradient(const net::NetworkSettings&, const TrainSettings&,
                              std::span<const double>, const data::Dataset&,
                              const data::SampleOrder&);

}  // namespace plumb::train
