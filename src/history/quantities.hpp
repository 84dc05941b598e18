// The one table of what a history records: name, group, unit, meaning, and how each number comes
// about. Rows, the layout of the file, its writer, the dry run and docs/result-files.md follow it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "core/names.hpp"
#include "history/header.hpp"
#include "history/noise_scale.hpp"
#include "history/step_report.hpp"

namespace plumb::history {

inline constexpr const char* kDimensionless = "1";
inline constexpr const char* kSeconds = "s";
inline constexpr const char* kSamples = "samples";
inline constexpr const char* kBytes = "byte";

/// Groups of the file, named as there.
enum class Group {
  Gradients,
  Activations,
  Histograms,
  Training,
  Timing,
  Evaluation,
  Buckets,
  Model,
  Theory
};
std::span<const core::Named<Group>> enum_names(Group);

/// What does not change from step to step, of one row of a history.
struct LayerFacts {
  std::size_t weights = 0;  // without biases
  std::size_t units = 0;
  std::size_t entries = 0;  // of one sample's activation: units at every position
  double pivot = 0;         // what the activation sums are taken about
};

/// What the quantities of one layer at one step are computed from.
struct LayerMeasurement {
  const LayerSums& sums;
  const LayerFacts& layer;
  const NoiseScale& noise;  // over the recorded steps so far, this one included
  std::size_t samples;      // of the global batch
  double loss_scale;        // in the deltas and slice gradients
};

struct StepMeasurement {
  const StepReport& report;
  const NoiseScale& noise;  // as in LayerMeasurement, over all weights
};

// How a number comes about. The type says over what it is recorded: S steps, L layers, P phases,
// B buckets, E exponents.
using PerLayer = double (*)(const LayerMeasurement&);         // (S,L)
using PerStep = double (*)(const StepMeasurement&);           // (S)
using PerEvaluation = double Evaluation::*;                   // (S)
using PerPhase = PhaseSeconds StepTiming::*;                  // (S,P)
using PerBucket = double BucketTimes::*;                      // (S,B)
using PerExponent = core::ExponentCounts LayerHistograms::*;  // (S,L,E)
using OfLayer = std::int64_t LayerInfo::*;                    // (L), known beforehand
using OfBucket = std::int64_t BucketInfo::*;                  // (B), known beforehand
using OfTheory = std::vector<double> TheoryHeader::*;         // (L), predicted
using Source = std::variant<PerLayer, PerStep, PerEvaluation, PerPhase, PerBucket, PerExponent,
                            OfLayer, OfBucket, OfTheory>;

/// One dataset of a history.
struct Quantity {
  Group group;
  const char* name;
  const char* unit;
  const char* meaning;  // the dataset's long_name
  Source source;
  bool integer = false;  // int64 in place of float64; counts by exponent are uint64
};

/// All of them, in the order of the file. Those of one group and source stand together, and so do
/// all of one source.
std::span<const Quantity> quantities();

/// The quantities with sources of type S: the order of the values in a row.
template <class S>
std::span<const Quantity> quantities_of() {
  const auto all = quantities();
  const auto is_one = [](const Quantity& q) { return std::holds_alternative<S>(q.source); };
  const auto first = std::find_if(all.begin(), all.end(), is_one);
  return {first, std::find_if_not(first, all.end(), is_one)};
}

/// Of these, those of one group.
template <class S>
std::span<const Quantity> quantities_of(Group group) {
  const auto all = quantities_of<S>();
  const auto is_one = [group](const Quantity& q) { return q.group == group; };
  const auto first = std::find_if(all.begin(), all.end(), is_one);
  return {first, std::find_if_not(first, all.end(), is_one)};
}

/// Place of a quantity in quantities_of<S>(), which holds it.
template <class S>
std::size_t index_of(std::string_view name) {
  const auto all = quantities_of<S>();
  const auto found =
      std::find_if(all.begin(), all.end(), [name](const Quantity& q) { return q.name == name; });
  return static_cast<std::size_t>(found - all.begin());
}

/// Values of quantities_of<PerLayer>() and of quantities_of<PerStep>().
std::vector<double> layer_values(const LayerMeasurement& measurement);
std::vector<double> step_values(const StepMeasurement& measurement);

/// sqrt(mean over samples of ||delta||^2), without the loss scale.
double delta_rms(const LayerSums& sums, std::size_t samples, double loss_scale);

/// Bytes that one recorded step adds to a history, its histograms apart; before compression.
/// buckets: 0 where they are not recorded.
std::size_t bytes_per_step(std::size_t layers, std::size_t buckets);
/// Bytes of the histograms of one step.
std::size_t bytes_per_histogram(std::size_t layers);

}  // namespace plumb::history
