// plumbline theory: what mean-field theory says about a network, without training it.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cli/commands.hpp"
#include "cli/critical_output.hpp"
#include "cli/exit_code.hpp"
#include "cli/theory_output.hpp"
#include "core/error.hpp"
#include "core/names.hpp"
#include "study/key.hpp"
#include "study/suggest.hpp"

namespace plumb::cli {
namespace {

struct TheoryOptions {
  std::string activation;
  std::optional<double> weight_variance;
  double bias_variance = 0;
  std::optional<double> negative_slope;
  std::optional<std::int64_t> depth;
  std::optional<std::int64_t> width;
  bool residual = false;
  bool critical = false;
  bool json = false;
};

[[noreturn]] void refuse(const std::string& what) { throw core::UsageError("theory: " + what); }

math::Activation activation_of(const std::string& name) {
  const auto known = core::all_names<math::Activation>();
  for (const std::string& entry : known) {
    if (entry == name) return core::value_of<math::Activation>(name);
  }
  const std::string meant = study::nearest(name, known);
  refuse(fmt::format("unknown activation '{}'; allowed: {}{}", name, fmt::join(known, ", "),
                     meant.empty() ? "" : fmt::format(" (did you mean {}?)", meant)));
}

/// What a study file may hold there: the option means the same.
template <class Range>
const Range& range_of(const char* key) {
  return std::get<Range>(study::find_key(key)->domain);
}

/// Written so that NaN is refused too.
void check_range(const char* option, double value, const char* key) {
  const auto& range = range_of<study::RealRange>(key);
  const bool above = range.low_end == study::RealRange::Low::Excluded;
  if ((above ? value > range.low : value >= range.low) && value <= range.high) return;
  refuse(above
             ? fmt::format("{} {:g}; allowed: above {:g}, up to {:g}", option, value, range.low,
                           range.high)
             : fmt::format("{} {:g}; allowed: {:g} to {:g}", option, value, range.low, range.high));
}

/// From 1 on: a study's depth may be 0, but there is no layer then to say anything about.
std::optional<std::size_t> count(const char* option, std::optional<std::int64_t> value,
                                 const study::IntegerRange& range) {
  if (!value) return std::nullopt;
  const std::int64_t least = std::max<std::int64_t>(range.low, 1);
  if (*value < least || *value > range.high) {
    refuse(fmt::format("{} {}; allowed: {} to {}", option, *value, least, range.high));
  }
  return static_cast<std::size_t>(*value);
}

std::vector<std::string> activations_with_slope() {
  std::vector<std::string> names;
  for (const auto& [activation, name] : core::names_of<math::Activation>()) {
    if (math::traits_of(activation).reads_negative_slope) names.emplace_back(name);
  }
  return names;
}

theory::ActivationFunction function_of(const TheoryOptions& options) {
  theory::ActivationFunction function{activation_of(options.activation)};
  if (!options.negative_slope) return function;
  if (!math::traits_of(function.activation).reads_negative_slope) {
    refuse(fmt::format("--negative-slope says nothing about {}; allowed: with {}",
                       options.activation, fmt::join(activations_with_slope(), ", ")));
  }
  check_range("--negative-slope", *options.negative_slope, "network.negative_slope");
  function.negative_slope = *options.negative_slope;
  return function;
}

/// One function, or all of them.
CriticalQuery checked_critical(const TheoryOptions& options) {
  if (options.weight_variance || options.depth || options.width || options.residual) {
    refuse(
        "--critical looks for the weight variance; allowed with it: --bias-variance, "
        "--activation, --negative-slope, --json");
  }
  check_range("--bias-variance", options.bias_variance, "network.bias_variance");
  CriticalQuery query{{}, options.bias_variance};
  if (!options.activation.empty()) {
    query.functions.push_back(function_of(options));
    return query;
  }
  if (options.negative_slope) refuse("--negative-slope needs --activation");
  for (const auto& entry : core::names_of<math::Activation>()) {
    query.functions.push_back({entry.value});
  }
  return query;
}

TheoryQuery checked(const TheoryOptions& options) {
  TheoryQuery query;
  if (options.activation.empty()) refuse("--activation is required");
  if (!options.weight_variance)
    refuse("--weight-variance is required; allowed without: --critical");
  query.function = function_of(options);
  check_range("--weight-variance", *options.weight_variance, "network.weight_variance");
  check_range("--bias-variance", options.bias_variance, "network.bias_variance");
  query.weight_variance = *options.weight_variance;
  query.bias_variance = options.bias_variance;
  query.depth = count("--depth", options.depth, range_of<study::IntegerRange>("network.depth"));
  query.width =
      count("--width", options.width, range_of<study::LayerWidths>("network.width").range);
  query.residual = options.residual;
  if (query.residual && query.depth.value_or(0) < 2) {
    refuse(
        "--residual needs a depth, since its factor changes with it; allowed: --depth 2 or more");
  }
  return query;
}

int run_critical(const TheoryOptions& options) {
  const CriticalQuery query = checked_critical(options);
  if (!is_first_process()) return 0;
  fmt::print("{}", options.json ? critical_json(query) : critical_text(query));
  return 0;
}

int run_theory(const TheoryOptions& options) {
  if (options.critical) return run_critical(options);
  const TheoryQuery query = checked(options);
  if (!is_first_process()) return 0;  // under a launcher one process prints
  fmt::print("{}", options.json ? theory_json(query) : theory_text(query));
  return 0;
}

Action add_options(CLI::App& app, const std::vector<std::string>& /*command_line*/) {
  auto options = std::make_shared<TheoryOptions>();
  app.add_option("--activation", options->activation,
                 fmt::format("{}", fmt::join(core::all_names<math::Activation>(), ", ")));
  app.add_option("--weight-variance", options->weight_variance,
                 "sigma_w^2; Var W = sigma_w^2 / fan_in");
  app.add_option("--bias-variance", options->bias_variance, "sigma_b^2 = Var b (default 0)");
  app.add_option("--negative-slope", options->negative_slope, "of leaky_relu (default 0.01)");
  app.add_option("--depth", options->depth, "hidden layers: total factor, and is it trainable");
  app.add_option("--width", options->width, "units per layer: what finite width changes");
  app.add_flag("--residual", options->residual,
               "with skip connections, layer by layer; needs --depth");
  app.add_flag("--critical", options->critical,
               "the sigma_w^2 with chi_1 = 1 instead, of one activation or of all");
  app.add_flag("--json", options->json, "one JSON object, null for what is infinite");
  return [options] { return run_theory(*options); };
}

}  // namespace

extern const Command kTheory = {
    "theory", "Mean-field prediction: how gradients change with depth, without training",
    add_options};

}  // namespace plumb::cli
