// The names, units and meanings of a history file's datasets: the contract, as tables.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <variant>

#include "history/rows.hpp"

namespace plumb::record {

inline constexpr std::string_view kHistorySchema = "plumbline.history/1";
inline constexpr const char* kDimensionless = "1";
inline constexpr const char* kSeconds = "s";
inline constexpr const char* kSamples = "samples";

/// What a dataset is called and means.
struct Description {
  const char* name;
  const char* units;
  const char* long_name;
  bool integer = false;  // int64 in place of float64
};

/// A (S,L) dataset and the member of a row that fills it.
struct LayerColumn {
  Description description;
  std::variant<double history::LayerRow::*, std::int64_t history::LayerRow::*> member;
};

std::span<const LayerColumn> gradient_columns();    // of /gradients
std::span<const LayerColumn> activation_columns();  // of /activations

/// A (S) dataset and the member of a row that fills it.
struct StepColumn {
  Description description;
  double history::StepRow::*member;
};

std::span<const StepColumn> training_columns();  // of /training

/// A (S,L,E) dataset of counts and the member of a row that fills it.
struct HistogramColumn {
  Description description;
  core::ExponentCounts history::LayerHistograms::*member;
};

std::span<const HistogramColumn> histogram_columns();  // of /histograms

// The (S) datasets of /evaluation, in the order in which the writer fills them.
inline constexpr Description kEvaluationColumns[] = {
    {"loss", kDimensionless, "mean loss on the test split"},
    {"accuracy", kDimensionless,
     "share of the test split classified correctly, or predicted to within 0.04"},
};
inline constexpr Description kTimingColumn = {
    "seconds", kSeconds,
    "wall-clock time of the phase on the slowest rank; allreduce_hidden runs beside the other "
    "phases and is no part of the step's length"};

/// A (S,B) dataset and the member of a bucket's times that fills it.
struct BucketColumn {
  Description description;
  double history::BucketTimes::*member;
};

std::span<const BucketColumn> bucket_columns();  // of /timing/buckets

// The (L) dataset of /theory.
inline constexpr Description kTheoryColumn = {
    "delta_rms_ratio", kDimensionless,
    "predicted delta_rms of the layer over that of the next layer towards the output"};

// The (B) datasets of /timing/buckets.
inline constexpr Description kBucketShapeColumns[] = {
    {"bytes", "byte", "size of the bucket on its way between ranks", true},
    {"first_layer", kDimensionless, "first layer with parameters in the bucket", true},
    {"last_layer", kDimensionless, "last layer with parameters in the bucket", true},
};

// The (L) datasets of /model.
inline constexpr Description kModelColumns[] = {
    {"fan_in", kDimensionless, "inputs of each unit of the layer", true},
    {"fan_out", kDimensionless, "units of the layer", true},
    {"parameters", kDimensionless, "weights and biases of the layer", true},
};

}  // namespace plumb::record
