#include "history/quantities.hpp"

#include <cmath>
#include <limits>

namespace plumb::history {
namespace {

constexpr core::Named<Group> kGroups[] = {
    {Group::Gradients, "gradients"},    {Group::Activations, "activations"},
    {Group::Histograms, "histograms"},  {Group::Training, "training"},
    {Group::Timing, "timing"},          {Group::Evaluation, "evaluation"},
    {Group::Buckets, "timing/buckets"}, {Group::Model, "model"},
    {Group::Theory, "theory"},
};

using Layer = LayerMeasurement;
using Step = StepMeasurement;

double share_of_weights(std::int64_t count, const Layer& m) {
  return static_cast<double>(count) / static_cast<double>(m.layer.weights);
}

/// Nothing over nothing, as of a layer of zero weights, is 0.
double update_ratio(const Layer& m) {
  const double change = m.sums.update.change.norm();
  return change == 0 ? 0 : change / m.sums.update.weight_before.norm();
}

/// The squared norm of a sum of B deltas is that of each, and twice the inner product of each pair:
/// (B dmn^2 - drms^2) / ((B - 1) drms^2) with drms = delta_rms and dmn = delta_mean_norm.
double delta_cosine(const Layer& m) {
  const double rms = delta_rms(m.sums, m.samples, m.loss_scale);
  if (m.samples < 2 || rms == 0) return std::numeric_limits<double>::quiet_NaN();
  const auto samples = static_cast<double>(m.samples);
  const double ratio = m.sums.mean_delta.norm() / rms;
  return (samples * ratio * ratio - 1) / (samples - 1);
}

double activation_entries(const Layer& m) {
  return static_cast<double>(m.samples) * static_cast<double>(m.layer.entries);
}

double mean_deviation(const Layer& m) {
  return m.sums.activation.deviation / activation_entries(m);
}

double activation_std(const Layer& m) {
  const double mean = mean_deviation(m);
  const double variance = m.sums.activation.deviation_squared / activation_entries(m) - mean * mean;
  // Rounding can leave a tiny negative variance of constant activations; NaN stays NaN.
  return variance < 0 ? 0 : std::sqrt(variance);
}

double dead_fraction(const Layer& m) {
  return 1 - static_cast<double>(m.sums.alive_units) / static_cast<double>(m.layer.units);
}

constexpr Quantity kQuantities[] = {
    {Group::Gradients, "delta_rms", kDimensionless,
     "root mean square over samples of the norm of d loss / d pre-activation",
     [](const Layer& m) { return delta_rms(m.sums, m.samples, m.loss_scale); }},
    {Group::Gradients, "delta_mean_norm", kDimensionless,
     "norm of the mean over samples of d loss / d pre-activation",
     [](const Layer& m) { return m.sums.mean_delta.norm(); }},
    {Group::Gradients, "weight_gradient_norm", kDimensionless,
     "Frobenius norm of d mean loss / d weights, without weight decay",
     [](const Layer& m) { return m.sums.update.gradient.norm(); }},
    {Group::Gradients, "bias_gradient_norm", kDimensionless, "norm of d mean loss / d biases",
     [](const Layer& m) { return m.sums.bias_gradient.norm(); }},
    {Group::Gradients, "weight_gradient_max", kDimensionless,
     "largest absolute entry of d mean loss / d weights",
     [](const Layer& m) { return m.sums.update.gradient_max; }},
    {Group::Gradients, "weight_norm", kDimensionless,
     "Frobenius norm of the weights before the step",
     [](const Layer& m) { return m.sums.update.weight_before.norm(); }},
    {Group::Gradients, "update_ratio", kDimensionless,
     "norm of the weights' change over the norm of the weights", update_ratio},
    {Group::Gradients, "unchanged_fraction", kDimensionless,
     "share of weights whose stored value the step did not change",
     [](const Layer& m) { return share_of_weights(m.sums.update.unchanged, m); }},
    {Group::Gradients, "zero_fraction", kDimensionless,
     "share of weight-gradient entries that are exactly zero",
     [](const Layer& m) { return share_of_weights(m.sums.update.zero, m); }},
    {Group::Gradients, "nonfinite_count", kDimensionless, "gradient entries that are not finite",
     [](const Layer& m) { return static_cast<double>(m.sums.update.nonfinite); }, true},
    {Group::Gradients, "noise_scale", kSamples,
     "gradient noise scale tr(covariance of d loss / d weights) / squared norm of its mean, over"
     " the recorded steps so far",
     [](const Layer& m) { return m.noise.value(); }},
    {Group::Gradients, "delta_cosine", kDimensionless,
     "cosine between d loss / d pre-activation of two samples: mean inner product of a pair over"
     " the mean square; NaN for a single sample and where all are zero",
     delta_cosine},

    {Group::Activations, "mean", kDimensionless,
     "mean of the layer's activations over units and samples",
     [](const Layer& m) { return m.layer.pivot + mean_deviation(m); }},
    {Group::Activations, "std", kDimensionless,
     "standard deviation of the layer's activations over units and samples", activation_std},
    {Group::Activations, "saturated_fraction", kDimensionless,
     "share of units with derivative below 1/100 of the activation's largest",
     [](const Layer& m) {
       return static_cast<double>(m.sums.activation.saturated) / activation_entries(m);
     }},
    {Group::Activations, "dead_fraction", kDimensionless,
     "share of units whose derivative is exactly zero for the whole batch", dead_fraction},

    {Group::Histograms, "weight_gradient", kDimensionless,
     "entries of d mean loss / d weights by binary exponent of their magnitude",
     &LayerHistograms::weight_gradient},
    {Group::Histograms, "delta", kDimensionless,
     "entries of d loss / d pre-activation, of all samples, by binary exponent of their magnitude",
     &LayerHistograms::delta},

    {Group::Training, "loss", kDimensionless, "mean loss over the step's global batch",
     [](const Step& m) { return m.report.loss; }},
    {Group::Training, "accuracy", kDimensionless,
     "share of the step's global batch classified correctly, or predicted to within 0.04",
     [](const Step& m) { return m.report.accuracy; }},
    {Group::Training, "learning_rate", kDimensionless, "learning rate of the step",
     [](const Step& m) { return m.report.learning_rate; }},
    {Group::Training, "gradient_norm", kDimensionless,
     "norm of the gradient of the mean loss by all parameters, before clipping",
     [](const Step& m) { return m.report.gradient_norm; }},
    {Group::Training, "clip_factor", kDimensionless, "what clipping multiplied the gradient by",
     [](const Step& m) { return m.report.clip_factor; }},
    {Group::Training, "loss_scale", kDimensionless,
     "what the loss was multiplied by for the backward pass; recorded gradients are divided by it",
     [](const Step& m) { return m.report.loss_scale; }},
    {Group::Training, "noise_scale", kSamples,
     "gradient noise scale over all weights and the recorded steps so far",
     [](const Step& m) { return m.noise.value(); }},

    {Group::Timing, "seconds", kSeconds,
     "wall-clock time of the phase on the slowest rank; allreduce_hidden runs beside the other "
     "phases and is no part of the step's length",
     &StepTiming::seconds},

    {Group::Evaluation, "loss", kDimensionless, "mean loss on the test split", &Evaluation::loss},
    {Group::Evaluation, "accuracy", kDimensionless,
     "share of the test split classified correctly, or predicted to within 0.04",
     &Evaluation::accuracy},

    {Group::Buckets, "bytes", kBytes, "size of the bucket on its way between ranks",
     &BucketInfo::bytes, true},
    {Group::Buckets, "first_layer", kDimensionless, "first layer with parameters in the bucket",
     &BucketInfo::first_layer, true},
    {Group::Buckets, "last_layer", kDimensionless, "last layer with parameters in the bucket",
     &BucketInfo::last_layer, true},
    {Group::Buckets, "ready_seconds", kSeconds,
     "time from the beginning of the step until all threads had computed the bucket, slowest rank",
     &BucketTimes::ready},
    {Group::Buckets, "finish_seconds", kSeconds,
     "time from the beginning of the step until the bucket was summed over ranks, slowest rank",
     &BucketTimes::finish},
    {Group::Buckets, "exposed_seconds", kSeconds,
     "time in which nothing was done but wait for the bucket, slowest rank", &BucketTimes::exposed},

    {Group::Model, "fan_in", kDimensionless, "inputs of each unit of the layer", &LayerInfo::fan_in,
     true},
    {Group::Model, "fan_out", kDimensionless, "units of the layer", &LayerInfo::fan_out, true},
    {Group::Model, "parameters", kDimensionless, "weights and biases of the layer",
     &LayerInfo::parameters, true},

    {Group::Theory, "delta_rms_ratio", kDimensionless,
     "predicted delta_rms of the layer over that of the next layer towards the output",
     &TheoryHeader::delta_rms_ratio},
};

template <class S, class Measurement>
std::vector<double> values_of(const Measurement& measurement) {
  std::vector<double> values;
  const auto all = quantities_of<S>();
  values.reserve(all.size());
  for (const Quantity& quantity : all) values.push_back(std::get<S>(quantity.source)(measurement));
  return values;
}

/// Numbers that a step adds to a dataset: those that it writes into /histograms and /evaluation,
/// which have steps of their own, apart.
struct NumbersPerStep {
  std::size_t layers;
  std::size_t buckets;
  std::size_t operator()(PerLayer) const { return layers; }
  std::size_t operator()(PerStep) const { return 1; }
  std::size_t operator()(PerPhase) const { return std::size(kPhases); }
  std::size_t operator()(PerBucket) const { return buckets; }
  template <class Other>
  std::size_t operator()(Other) const {
    return 0;
  }
};

}  // namespace

std::span<const core::Named<Group>> enum_names(Group /*group*/) { return kGroups; }

std::span<const Quantity> quantities() { return kQuantities; }

std::vector<double> layer_values(const LayerMeasurement& measurement) {
  return values_of<PerLayer>(measurement);
}

std::vector<double> step_values(const StepMeasurement& measurement) {
  return values_of<PerStep>(measurement);
}

double delta_rms(const LayerSums& sums, std::size_t samples, double loss_scale) {
  return sums.delta.scaled_norm(1 / static_cast<double>(samples)) / loss_scale;
}

std::size_t bytes_per_step(std::size_t layers, std::size_t buckets) {
  std::size_t numbers = 0;
  std::vector<Group> groups;  // each has its own axis of steps
  for (const Quantity& quantity : kQuantities) {
    const std::size_t added = std::visit(NumbersPerStep{layers, buckets}, quantity.source);
    numbers += added;
    const bool is_new = std::find(groups.begin(), groups.end(), quantity.group) == groups.end();
    if (added > 0 && is_new) groups.push_back(quantity.group);
  }
  return (numbers + groups.size()) * sizeof(double);
}

std::size_t bytes_per_histogram(std::size_t layers) {
  return quantities_of<PerExponent>().size() * layers * sizeof(core::ExponentCounts) +
         sizeof(std::int64_t);
}

}  // namespace plumb::history
