#include "theory/decay_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "net/families/family.hpp"
#include "net/initializers.hpp"
#include "theory/gaussian_moments.hpp"

namespace plumb::theory {
namespace {

using net::NetworkSettings;

// A layer may not scatter by more than this variance: beyond, first order in 1 / n is too little.
constexpr double kMostLayerVariance = 0.125;
// Nor may more than this share of the gradient point where the theory does not look.
constexpr double kMostAlignedShare = 0.125;
// Nor may fewer samples than four, in effect, make up the gradient.
constexpr double kMostMixtureVariance = 0.25;
constexpr std::size_t kLeastWidth = 16;
constexpr std::size_t kFewestRatios = 2;
// float32's roundings in a layer's norm, with room.
constexpr double kRounding = 1e-3;
// Units below a sixteenth of the RMS carry 1e-4 of a normally distributed delta's square norm: they
// may be lost.
constexpr double kAboveSmallest = 16;

/// Ratios first .. last-1, each of a hidden layer to the hidden layer above it.
struct Range {
  std::size_t first = 0;
  std::size_t last = 0;
  [[nodiscard]] std::size_t count() const { return last > first ? last - first : 0; }
};

std::size_t narrowest(const NetworkSettings& settings) {
  return settings.widths.empty()
             ? settings.width
             : *std::min_element(settings.widths.begin(), settings.widths.end());
}

std::optional<std::string> unfit_network(const NetworkSettings& settings) {
  switch (net::hidden_weight_sharing(settings)) {
    case net::WeightSharing::Time:
      return "the weights of an rnn are the same in every time step, which the theory does not "
             "know";
    case net::WeightSharing::Positions:
      return "a cnn's borders and pooling are not in the theory";
    case net::WeightSharing::None:
      break;
  }
  if (net::info_of(settings.init).is_identity_between_steps)
    return "identity weights are not random";
  if (const std::size_t width = narrowest(settings); width < kLeastWidth) {
    return fmt::format("width {} is too small for the theory, which needs {}", width, kLeastWidth);
  }
  return std::nullopt;
}

/// The lowest layer from which on, up to the output, no delta comes near the smallest number. A
/// small one that theory does not expect there is no excuse: it is compared.
std::size_t first_normal_layer(const Prediction& prediction, const NetworkSettings& settings,
                               std::span<const double> delta_rms, double smallest_normal) {
  std::size_t first = delta_rms.size();
  while (first > 0) {
    const bool has_above = first < delta_rms.size();
    const std::size_t width = has_above ? settings.width_of(first - 1) : settings.width;
    const double least = kAboveSmallest * smallest_normal * std::sqrt(static_cast<double>(width));
    const double expected =
        has_above ? delta_rms[first] * prediction.delta_rms_ratio[first - 1] : 0.0;
    if (delta_rms[first - 1] < least && expected < kAboveSmallest * least) break;
    --first;
  }
  return first;
}

std::optional<std::string> unfit_values(std::span<const double> delta_rms, std::size_t first) {
  for (std::size_t l = 0; l < delta_rms.size(); ++l) {
    const bool is_finite = std::isfinite(delta_rms[l]);
    if (is_finite && (l < first || delta_rms[l] > 0)) continue;
    return fmt::format("delta_rms of layer {} is {}", l + 1, is_finite ? "zero" : "not finite");
  }
  return std::nullopt;
}

/// Leaves out up to four layers at each end, where there are enough: at the input the numbers that
/// are no normal distribution, at the output weights that delta itself depends on.
Range inner_ratios(std::size_t rows, std::size_t first) {
  if (rows < 2) return {};
  Range range{first, rows - 2};
  const std::size_t ends = std::min<std::size_t>(4, range.count() / 12);
  return {range.first + ends, range.last - std::min(ends, range.last)};
}

struct Comparison {
  double measured = 0;
  double predicted = 0;
  double allowed = 0;
};

/// Where other samples make up the gradient below than above: variance of ln delta_rms^2 between
/// the two ends that comes from the samples' different deltas at the output. See docs/theory.md.
double mixture_variance(const Prediction& prediction, Range range) {
  const std::vector<double>& below = prediction.sample_share[range.first];
  const std::vector<double>& above = prediction.sample_share[range.last];
  double sum = 0;
  for (std::size_t g = 0; g < below.size(); ++g) {
    sum += prediction.group_samples[g] * (below[g] - above[g]) * (below[g] - above[g]);
  }
  return sum;
}

/// Orthogonal weights leave to phi alone what scatters, forward and backward.
double forward_variance(const NetworkSettings& settings, std::size_t layer) {
  const bool counts = net::info_of(settings.init).drawing == net::Drawing::Orthonormal &&
                      !is_homogeneous(settings.activation);
  return counts ? 2 / static_cast<double>(settings.width_of(layer)) : 0;
}

/// See docs/theory.md for each term of what is allowed.
Comparison compare(const Prediction& prediction, const NetworkSettings& settings,
                   std::span<const double> delta_rms, Range range, bool averaged) {
  Comparison sums;
  double variance =
      prediction.log_own_variance[range.first] + prediction.log_own_variance[range.last];
  variance += prediction.forward_variance[range.first] + mixture_variance(prediction, range);
  double second_order = variance * variance;
  double batch_averaging = 0;
  const double aligned = prediction.aligned_share[range.first];
  for (std::size_t l = range.first; l < range.last; ++l) {
    // Differences of logarithms: squares of small numbers would be zero.
    sums.measured += 2 * (std::log(delta_rms[l]) - std::log(delta_rms[l + 1]));
    sums.predicted += 2 * std::log(prediction.delta_rms_ratio[l]) + prediction.log_ratio_bias[l];
    const double layer_variance = prediction.log_ratio_variance[l] + forward_variance(settings, l);
    variance += layer_variance;
    second_order += layer_variance * layer_variance;
    if (averaged) batch_averaging += layer_variance / 2;
  }
  const auto count = static_cast<double>(range.count());
  return {sums.measured / count, sums.predicted / count,
          (5 * std::sqrt(variance) + batch_averaging + second_order + aligned) / count + kRounding};
}

std::optional<std::string> unfit_layers(const Prediction& prediction,
                                        const NetworkSettings& settings, Range range) {
  double variance = 0;
  double aligned = 0;
  for (std::size_t l = range.first; l < range.last; ++l) {
    variance =
        std::max({variance, prediction.log_ratio_variance[l], prediction.log_own_variance[l]});
    aligned = std::max(aligned, prediction.aligned_share[l]);
  }
  if (variance > kMostLayerVariance) {
    return fmt::format("width {} is too small for the theory: k/n = {:.2g}, at most {}",
                       narrowest(settings), variance, kMostLayerVariance);
  }
  if (mixture_variance(prediction, range) > kMostMixtureVariance) {
    return "so few of the batch's samples, those of small norm, make up the gradient that their "
           "deltas at the output count, which the theory does not know";
  }
  if (aligned > kMostAlignedShare) {
    return fmt::format(
        "width {} is too small for a residual network of depth {}: its gradient turns towards the "
        "signal, which the theory does not know",
        settings.width, settings.depth);
  }
  return std::nullopt;
}

DecayCheck not_checked(const std::string& reason) {
  return {false, false, "not checked: " + reason};
}

}  // namespace

std::optional<std::string> outside_assumptions(const Prediction& prediction,
                                               const NetworkSettings& settings) {
  if (auto reason = unfit_network(settings)) return reason;
  const Range range = inner_ratios(prediction.delta_rms_ratio.size(), 0);
  return range.count() == 0 ? std::nullopt : unfit_layers(prediction, settings, range);
}

DecayCheck check_decay(const Prediction& prediction, const NetworkSettings& settings,
                       std::span<const double> delta_rms, std::size_t batch,
                       double smallest_normal) {
  if (const auto reason = unfit_network(settings)) return not_checked(*reason);
  if (delta_rms.size() != prediction.delta_rms_ratio.size()) {
    return not_checked(fmt::format("{} layers measured, {} predicted", delta_rms.size(),
                                   prediction.delta_rms_ratio.size()));
  }
  const std::size_t first = first_normal_layer(prediction, settings, delta_rms, smallest_normal);
  if (const auto reason = unfit_values(delta_rms, first)) return not_checked(*reason);
  const Range range = inner_ratios(delta_rms.size(), first);
  if (range.count() < kFewestRatios) {
    return not_checked(first > 0 ? "the deltas come too near the smallest number of their format"
                                 : fmt::format("{} hidden layers are too few; it takes {}",
                                               settings.depth, kFewestRatios + 1));
  }
  if (const auto reason = unfit_layers(prediction, settings, range)) {
    return not_checked(*reason);
  }
  const Comparison result = compare(prediction, settings, delta_rms, range, batch > 1);
  if (!std::isfinite(result.predicted) || !std::isfinite(result.allowed)) {
    return not_checked("the predicted signals are beyond the range of float64");
  }
  const bool passed = std::abs(result.measured - result.predicted) <= result.allowed;
  std::string detail =
      fmt::format("mean ln ratio over {} layers {:.4f}, predicted {:.4f} +- {:.4f}", range.count(),
                  result.measured, result.predicted, result.allowed);
  if (first > 0) detail += fmt::format(" (layers 1 to {} are too small for their format)", first);
  return {true, passed, detail};
}

}  // namespace plumb::theory
