#include "record/history_schema.hpp"

namespace plumb::record {
namespace {

using history::BucketTimes;
using history::LayerHistograms;
using history::LayerRow;
using history::StepRow;

constexpr LayerColumn kGradientColumns[] = {
    {{"delta_rms", kDimensionless,
      "root mean square over samples of the norm of d loss / d pre-activation"},
     &LayerRow::delta_rms},
    {{"delta_mean_norm", kDimensionless,
      "norm of the mean over samples of d loss / d pre-activation"},
     &LayerRow::delta_mean_norm},
    {{"weight_gradient_norm", kDimensionless,
      "Frobenius norm of d mean loss / d weights, without weight decay"},
     &LayerRow::weight_gradient_norm},
    {{"bias_gradient_norm", kDimensionless, "norm of d mean loss / d biases"},
     &LayerRow::bias_gradient_norm},
    {{"weight_gradient_max", kDimensionless, "largest absolute entry of d mean loss / d weights"},
     &LayerRow::weight_gradient_max},
    {{"weight_norm", kDimensionless, "Frobenius norm of the weights before the step"},
     &LayerRow::weight_norm},
    {{"update_ratio", kDimensionless, "norm of the weights' change over the norm of the weights"},
     &LayerRow::update_ratio},
    {{"unchanged_fraction", kDimensionless,
      "share of weights whose stored value the step did not change"},
     &LayerRow::unchanged_fraction},
    {{"zero_fraction", kDimensionless, "share of weight-gradient entries that are exactly zero"},
     &LayerRow::zero_fraction},
    {{"nonfinite_count", kDimensionless, "gradient entries that are not finite", true},
     &LayerRow::nonfinite_count},
    {{"noise_scale", kSamples,
      "gradient noise scale tr(covariance of d loss / d weights) / squared norm of its mean, over"
      " the recorded steps so far"},
     &LayerRow::noise_scale},
};

constexpr LayerColumn kActivationColumns[] = {
    {{"mean", kDimensionless, "mean of the layer's activations over units and samples"},
     &LayerRow::activation_mean},
    {{"std", kDimensionless,
      "standard deviation of the layer's activations over units and samples"},
     &LayerRow::activation_std},
    {{"saturated_fraction", kDimensionless,
      "share of units with derivative below 1/100 of the activation's largest"},
     &LayerRow::saturated_fraction},
    {{"dead_fraction", kDimensionless,
      "share of units whose derivative is exactly zero for the whole batch"},
     &LayerRow::dead_fraction},
};

constexpr StepColumn kTrainingColumns[] = {
    {{"loss", kDimensionless, "mean loss over the step's global batch"}, &StepRow::loss},
    {{"accuracy", kDimensionless,
      "share of the step's global batch classified correctly, or predicted to within 0.04"},
     &StepRow::accuracy},
    {{"learning_rate", kDimensionless, "learning rate of the step"}, &StepRow::learning_rate},
    {{"gradient_norm", kDimensionless,
      "norm of the gradient of the mean loss by all parameters, before clipping"},
     &StepRow::gradient_norm},
    {{"clip_factor", kDimensionless, "what clipping multiplied the gradient by"},
     &StepRow::clip_factor},
    {{"loss_scale", kDimensionless,
      "what the loss was multiplied by for the backward pass; recorded gradients are divided by "
      "it"},
     &StepRow::loss_scale},
    {{"noise_scale", kSamples,
      "gradient noise scale over all weights and the recorded steps so far"},
     &StepRow::noise_scale},
};

constexpr BucketColumn kBucketColumns[] = {
    {{"ready_seconds", kSeconds,
      "time from the beginning of the step until all threads had computed the bucket, slowest "
      "rank"},
     &BucketTimes::ready},
    {{"finish_seconds", kSeconds,
      "time from the beginning of the step until the bucket was summed over ranks, slowest rank"},
     &BucketTimes::finish},
    {{"exposed_seconds", kSeconds,
      "time in which nothing was done but wait for the bucket, slowest rank"},
     &BucketTimes::exposed},
};

constexpr HistogramColumn kHistogramColumns[] = {
    {{"weight_gradient", kDimensionless,
      "entries of d mean loss / d weights by binary exponent of their magnitude"},
     &LayerHistograms::weight_gradient},
    {{"delta", kDimensionless,
      "entries of d loss / d pre-activation, of all samples, by binary exponent of their "
      "magnitude"},
     &LayerHistograms::delta},
};

}  // namespace

std::span<const LayerColumn> gradient_columns() { return kGradientColumns; }

std::span<const LayerColumn> activation_columns() { return kActivationColumns; }

std::span<const StepColumn> training_columns() { return kTrainingColumns; }

std::span<const BucketColumn> bucket_columns() { return kBucketColumns; }

std::span<const HistogramColumn> histogram_columns() { return kHistogramColumns; }

}  // namespace plumb::record
