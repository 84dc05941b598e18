#include "cli/critical_output.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/names.hpp"
#include "math/activations/activation_traits.hpp"
#include "report/compare_table.hpp"
#include "theory/critical_point.hpp"

namespace plumb::cli {
namespace {

using theory::ActivationFunction;
using theory::CriticalPoint;

bool has_slope(const ActivationFunction& function) {
  return math::traits_of(function.activation).reads_negative_slope;
}

std::string name_of(const ActivationFunction& function) {
  std::string name = core::name_of(function.activation);
  if (has_slope(function)) name += fmt::format(" {:g}", function.negative_slope);
  return name;
}

// Text

class Table {
 public:
  void add(const std::string& name, const std::string& kind,
           const std::optional<CriticalPoint>& point) {
    columns_[0].cells.push_back(name);
    columns_[1].cells.push_back(kind);
    columns_[2].cells.push_back(point ? fmt::format("{:.7g}", point->weight_variance) : "none");
    columns_[3].cells.push_back(point ? fmt::format("{:.7g}", point->bias_variance) : "none");
    columns_[4].cells.push_back(point && point->q_star ? fmt::format("{:.7g}", *point->q_star)
                                                       : "none");
    columns_[5].cells.push_back(point ? fmt::format("{:.7g}", point->variance_slope) : "none");
  }
  [[nodiscard]] std::string text() const { return report::render(columns_); }

 private:
  std::vector<report::TextColumn> columns_{
      {"activation", "", true, {}}, {"where", "", true, {}}, {"sigma_w^2", "", false, {}},
      {"sigma_b^2", "", false, {}}, {"q*", "", false, {}},   {"V'(q*)", "", false, {}}};
};

// JSON

using Json = nlohmann::ordered_json;

Json point_json(const std::optional<CriticalPoint>& point) {
  if (!point) return nullptr;
  Json json;
  json["weight_variance"] = point->weight_variance;
  json["bias_variance"] = point->bias_variance;
  json["q_star"] = point->q_star ? Json(*point->q_star) : Json(nullptr);
  json["variance_slope"] = point->variance_slope;
  return json;
}

}  // namespace

std::string critical_text(const CriticalQuery& query) {
  Table table;
  for (const ActivationFunction& function : query.functions) {
    const std::string name = name_of(function);
    table.add(name, "chi_1 = 1", theory::critical_point(function, query.bias_variance));
    table.add(name, "chi_1 = V' = 1", theory::double_critical_point(function));
  }
  return fmt::format("Critical points at sigma_b^2 = {:g}, and where V' = 1 too\n\n",
                     query.bias_variance) +
         table.text() +
         "\nchi_1 = 1: gradients keep their size with depth. V'(q*) < 1: the variance of a unit's "
         "input\nreturns to q*; above 1 it runs away from it. q* none: it stays what it was, or "
         "grows.\n";
}

std::string critical_json(const CriticalQuery& query) {
  Json json;
  json["bias_variance"] = query.bias_variance;
  json["functions"] = Json::array();
  for (const ActivationFunction& function : query.functions) {
    Json entry;
    entry["activation"] = core::name_of(function.activation);
    entry["negative_slope"] = has_slope(function) ? Json(function.negative_slope) : Json(nullptr);
    entry["critical"] = point_json(theory::critical_point(function, query.bias_variance));
    entry["double_critical"] = point_json(theory::double_critical_point(function));
    json["functions"].push_back(entry);
  }
  return json.dump(2) + "\n";
}

}  // namespace plumb::cli
