// What a history says of its network before the first step, and of the run at its end.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace plumb::history {

/// Attribute `schema` of every history.
inline constexpr std::string_view kSchema = "plumbline.history/1";

struct LayerInfo {
  std::string name;  // "hidden_1", ..., "output"; of a recurrent network "step_1", ..., "output"
  std::int64_t fan_in = 0;
  std::int64_t fan_out = 0;
  std::int64_t parameters = 0;
};

/// A run of the gradient that is summed over ranks in one go.
struct BucketInfo {
  std::int64_t bytes = 0;        // on the wire
  std::int64_t first_layer = 0;  // numbered like layers: 1 = first hidden layer or time step
  std::int64_t last_layer = 0;
};

using Attributes = std::map<std::string, std::variant<std::int64_t, double, std::string>>;

/// What mean-field theory predicts of the network before its first step.
struct TheoryHeader {
  /// delta_rms of each layer over that of the next layer towards the output; NaN where nothing is
  /// predicted, as for the output layer. As many as layers, or none: no /theory then.
  std::vector<double> delta_rms_ratio;
  Attributes attributes;  // q_star, chi_1, ...
};

/// What is known before the first step.
struct HistoryHeader {
  std::vector<LayerInfo> layers;
  std::vector<BucketInfo> buckets;  // first to travel first; none: no /timing/buckets
  Attributes model;
  std::vector<std::string> class_names;  // labels of the classes 0, 1, ...; none: not known
  TheoryHeader theory;
  std::string toml;             // the study file as read
  std::string resolved_json;    // this run's flat settings
  std::string provenance_json;  // versions, flags, layout, environment
};

/// What is known only at the end; attributes of the file's root.
struct HistoryOutcome {
  std::string status;  // "completed", "diverged"
  std::int64_t diverged_step = -1;
};

}  // namespace plumb::history
