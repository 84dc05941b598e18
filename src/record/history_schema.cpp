#include "record/history_schema.hpp"

namespace plumb::record {
namespace {

using probe::LayerRow;

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

}  // namespace

std::span<const LayerColumn> gradient_columns() { return kGradientColumns; }

std::span<const LayerColumn> activation_columns() { return kActivationColumns; }

}  // namespace plumb::record
