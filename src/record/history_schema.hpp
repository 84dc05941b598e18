// The names, units and meanings of a history file's datasets: the contract, as tables.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <variant>

#include "probe/rows.hpp"

namespace plumb::record {

inline constexpr std::string_view kHistorySchema = "plumbline.history/1";
inline constexpr const char* kDimensionless = "1";
inline constexpr const char* kSeconds = "s";

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
  std::variant<double probe::LayerRow::*, std::int64_t probe::LayerRow::*> member;
};

std::span<const LayerColumn> gradient_columns();    // of /gradients
std::span<const LayerColumn> activation_columns();  // of /activations

// The (S) datasets, in the order in which the writer fills them.
inline constexpr Description kTrainingColumns[] = {
    {"loss", kDimensionless, "mean loss over the step's global batch"},
    {"accuracy", kDimensionless, "share of the step's global batch classified correctly"},
    {"learning_rate", kDimensionless, "learning rate of the step"},
};
inline constexpr Description kEvaluationColumns[] = {
    {"loss", kDimensionless, "mean loss on the test split"},
    {"accuracy", kDimensionless, "share of the test split classified correctly"},
};
inline constexpr Description kTimingColumn = {"seconds", kSeconds,
                                              "wall-clock time of the phase on the slowest rank"};

// The (L) datasets of /model.
inline constexpr Description kModelColumns[] = {
    {"fan_in", kDimensionless, "inputs of each unit of the layer", true},
    {"fan_out", kDimensionless, "units of the layer", true},
    {"parameters", kDimensionless, "weights and biases of the layer", true},
};

}  // namespace plumb::record
