#include "cli/theory_output.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "core/names.hpp"
#include "report/compare_table.hpp"
#include "theory/mean_field.hpp"
#include "theory/prediction.hpp"

namespace plumb::cli {
namespace {

using theory::MeanField;
using theory::Phase;
using theory::Prediction;

bool has_slope(const TheoryQuery& query) {
  return math::traits_of(query.function.activation).reads_negative_slope;
}

MeanField field_of(const TheoryQuery& query) {
  return theory::mean_field(query.function, query.weight_variance, query.bias_variance);
}

/// Layer by layer, for inputs whose numbers have mean square 1. Without a width any will do for
/// delta_rms_ratio.
Prediction prediction_of(const TheoryQuery& query) {
  net::NetworkSettings settings;
  settings.depth = *query.depth;
  settings.width = query.width.value_or(1);
  settings.activation = query.function.activation;
  settings.negative_slope = query.function.negative_slope;
  settings.init = net::Init::Scaled;
  settings.weight_variance = query.weight_variance;
  settings.bias_variance = query.bias_variance;
  settings.residual = true;
  const auto square_norm = static_cast<double>(settings.width);
  return theory::predict(settings, {settings.width, settings.width, 0, 0}, square_norm);
}

/// log10 of delta_rms(1) / delta_rms(depth), which may be far outside a double's range.
double log_total(const Prediction& prediction) {
  double sum = 0;
  for (std::size_t l = 0; l + 2 < prediction.delta_rms_ratio.size(); ++l) {
    sum += std::log10(prediction.delta_rms_ratio[l]);
  }
  return sum;
}

double log_total(const MeanField& field, std::size_t depth) {
  return depth < 2 ? 0 : static_cast<double>(depth - 1) * std::log10(field.chi_1) / 2;
}

std::string power_of_ten(double exponent) {
  const double value = std::pow(10, exponent);
  if (value > 1e-300 && value < 1e300) return fmt::format("{:.6g}", value);
  const double whole = std::floor(exponent);
  return fmt::format("{:.4f}e{:+.0f}", std::pow(10, exponent - whole), whole);
}

bool within_trainable_depth(const MeanField& field, std::size_t depth) {
  return static_cast<double>(depth) <= field.trainable_depth;
}

// Text

class Table {
 public:
  void add(const std::string& name, const std::string& value, const std::string& meaning) {
    columns_[0].cells.push_back(name);
    columns_[1].cells.push_back(value);
    columns_[2].cells.push_back(meaning);
  }
  void add(const std::string& name, double value, const std::string& meaning) {
    add(name, std::isinf(value) ? "infinite" : fmt::format("{:.7g}", value), meaning);
  }
  [[nodiscard]] std::string text() const { return report::render(columns_); }

 private:
  std::vector<report::TextColumn> columns_{
      {"quantity", "", true, {}}, {"value", "", false, {}}, {"what it is", "", true, {}}};
};

std::string title(const TheoryQuery& query) {
  std::string text = core::name_of(query.function.activation);
  if (has_slope(query)) text += fmt::format(" {:g}", query.function.negative_slope);
  text += query.residual ? ", residual" : ", fully connected";
  if (query.depth) text += fmt::format(", depth {}", *query.depth);
  if (query.width) text += fmt::format(", width {}", *query.width);
  return text + fmt::format(", sigma_w^2 = {:g}, sigma_b^2 = {:g}\n\n", query.weight_variance,
                            query.bias_variance);
}

const char* meaning_of(Phase phase) {
  if (phase == Phase::Ordered) return "chi_1 < 1: gradients vanish with depth";
  if (phase == Phase::Critical) return "chi_1 = 1: gradients keep their size";
  return "chi_1 > 1: gradients explode with depth";
}

void add_fixed_point(const TheoryQuery& query, const MeanField& field, Table& table) {
  const bool has_map = !theory::is_homogeneous(query.function.activation);
  if (field.q_star) {
    table.add("q*", *field.q_star, "variance of a unit's input deep in the network");
  } else {
    table.add("q*", "none", "the variance of a unit's input grows, or stays what it was");
  }
  table.add("chi_1", field.chi_1, "mean of ||delta(l)||^2 / ||delta(l+1)||^2");
  table.add("delta factor", std::sqrt(field.chi_1), "sqrt(chi_1): delta_rms(l) / delta_rms(l+1)");
  table.add("phase", to_string(field.phase), meaning_of(field.phase));
  table.add("c*", field.c_star, "correlation of two inputs' signals deep in the network");
  table.add("xi_q", field.xi_q, "layers over which the variance approaches q* by a factor e");
  table.add("xi_c", field.xi_c,
            has_map ? "layers over which the correlation approaches c* by a factor e"
                    : "layers over which signals and gradients change by a factor e");
  table.add("6 xi_c", field.trainable_depth, "layers such a network can have and still be trained");
  table.add("k", field.spread,
            "of ||delta||^2 the relative variance that a layer of n units adds is k/n");
}

void add_width_effect(const MeanField& field, std::size_t width, Table& table) {
  const auto n = static_cast<double>(width);
  table.add("-k/(2n)", -field.spread / (2 * n),
            "what width adds to the mean of ln(||delta(l)||^2 / ||delta(l+1)||^2)");
  table.add("sqrt(k/n)", std::sqrt(field.spread / n), "its standard deviation, for one layer");
}

void add_depth(const MeanField& field, std::size_t depth, Table& table) {
  table.add("total factor", power_of_ten(log_total(field, depth)),
            fmt::format("delta_rms(1) / delta_rms({})", depth));
  const bool within = within_trainable_depth(field, depth);
  table.add("trainable", within ? "yes" : "no",
            fmt::format("{} layers are {} 6 xi_c", depth, within ? "within" : "more than"));
}

std::string plain_text(const TheoryQuery& query) {
  const MeanField field = field_of(query);
  Table table;
  add_fixed_point(query, field, table);
  if (query.width) add_width_effect(field, *query.width, table);
  if (query.depth) add_depth(field, *query.depth, table);
  return title(query) + table.text();
}

void add_residual_layer(const TheoryQuery& query, const Prediction& prediction, std::size_t layer,
                        Table& table) {
  table.add("delta factor", prediction.delta_rms_ratio[layer - 1],
            fmt::format("delta_rms({}) / delta_rms({})", layer, layer + 1));
  if (!query.width) return;
  table.add("width bias", prediction.log_ratio_bias[layer - 1],
            "what width adds to the mean of the logarithm of its square");
}

std::string residual_text(const TheoryQuery& query) {
  const Prediction prediction = prediction_of(query);
  const std::size_t depth = *query.depth;
  Table table;
  add_residual_layer(query, prediction, 1, table);
  if (depth > 2) add_residual_layer(query, prediction, depth - 1, table);
  table.add("total factor", power_of_ten(log_total(prediction)),
            fmt::format("delta_rms(1) / delta_rms({})", depth));
  table.add("chi_1", prediction.chi_1, "growth of ||dL/da||^2 past the last hidden layer");
  return title(query) + table.text() +
         "\nInputs of mean square 1. The factor changes from layer to layer (--json lists all);\n"
         "there is no fixed point q*.\n";
}

// JSON

using Json = nlohmann::ordered_json;

Json number_or_null(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

template <class T>
Json value_or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json query_json(const TheoryQuery& query) {
  Json json;
  json["activation"] = core::name_of(query.function.activation);
  json["negative_slope"] = has_slope(query) ? Json(query.function.negative_slope) : Json(nullptr);
  json["weight_variance"] = query.weight_variance;
  json["bias_variance"] = query.bias_variance;
  json["residual"] = query.residual;
  json["width"] = value_or_null(query.width);
  json["depth"] = value_or_null(query.depth);
  for (const char* key : {"q_star", "chi_1", "delta_factor", "phase", "c_star", "xi_q", "xi_c",
                          "trainable_depth", "within_trainable_depth", "k", "log_ratio_bias",
                          "log_ratio_variance", "total_factor", "log10_total_factor", "layers"}) {
    json[key] = nullptr;
  }
  return json;
}

void add_total(double log10_total, Json& json) {
  json["log10_total_factor"] = number_or_null(log10_total);
  json["total_factor"] = number_or_null(std::pow(10, log10_total));
}

void add_plain(const TheoryQuery& query, Json& json) {
  const MeanField field = field_of(query);
  json["q_star"] = value_or_null(field.q_star);
  json["chi_1"] = number_or_null(field.chi_1);
  json["delta_factor"] = number_or_null(std::sqrt(field.chi_1));
  json["phase"] = to_string(field.phase);
  json["c_star"] = number_or_null(field.c_star);
  json["xi_q"] = number_or_null(field.xi_q);
  json["xi_c"] = number_or_null(field.xi_c);
  json["trainable_depth"] = number_or_null(field.trainable_depth);
  json["k"] = number_or_null(field.spread);
  if (query.width) {
    const auto n = static_cast<double>(*query.width);
    json["log_ratio_bias"] = number_or_null(-field.spread / (2 * n));
    json["log_ratio_variance"] = number_or_null(field.spread / n);
  }
  if (!query.depth) return;
  json["within_trainable_depth"] = within_trainable_depth(field, *query.depth);
  add_total(log_total(field, *query.depth), json);
}

void add_residual(const TheoryQuery& query, Json& json) {
  const Prediction prediction = prediction_of(query);
  json["chi_1"] = number_or_null(prediction.chi_1);
  add_total(log_total(prediction), json);
  json["layers"] = Json::array();
  for (std::size_t l = 0; l + 1 < *query.depth; ++l) {
    Json layer;
    layer["layer"] = l + 1;
    layer["delta_rms_ratio"] = number_or_null(prediction.delta_rms_ratio[l]);
    if (query.width) {
      layer["log_ratio_bias"] = number_or_null(prediction.log_ratio_bias[l]);
      layer["log_ratio_variance"] = number_or_null(prediction.log_ratio_variance[l]);
    }
    json["layers"].push_back(layer);
  }
}

}  // namespace

std::string theory_text(const TheoryQuery& query) {
  return query.residual ? residual_text(query) : plain_text(query);
}

std::string theory_json(const TheoryQuery& query) {
  Json json = query_json(query);
  if (query.residual) {
    add_residual(query, json);
  } else {
    add_plain(query, json);
  }
  return json.dump(2) + "\n";
}

}  // namespace plumb::cli
