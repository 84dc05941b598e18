// What a table says about one run, read from its history and, where there is one, result.json.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace plumb::report {

struct RunSummary {
  std::int64_t index = 0;  // place in the study; 0 when the file's name tells none
  std::string label;
  std::string file;
  std::string status;
  // As the settings say them; "" where they do not.
  std::string depth;
  std::string width;
  std::string activation;
  std::string init;
  // NaN where nothing was recorded.
  double first_delta_rms;               // first layer, first recorded step
  double last_hidden_delta_rms;         // last hidden layer, same step
  double decay_per_layer;               // (first / last hidden)^(1 / (hidden layers - 1))
  double theory_decay_per_layer;        // predicted, over the same layers
  double first_weight_gradient;         // ||dW|| of the first layer, first recorded step
  double first_weight_gradient_at_end;  // the same, last recorded step
  double train_loss;                    // last recorded step
  double test_loss;                     // last evaluation
  double test_accuracy;
  double samples_per_second;  // from result.json alone
};

/// One summary per history among the paths, see find_histories(). Ordered by index, then by file
/// name. Throws core::IoError that names a path which is missing, holds no history, or is not one
/// of ours.
std::vector<RunSummary> summarise(const std::vector<std::filesystem::path>& paths);

/// The histories that the paths stand for, each once: a history file, a folder (its *.h5), or a
/// result.json (its folder). Throws core::IoError that names a path which is missing or holds no
/// history.
std::vector<std::filesystem::path> find_histories(const std::vector<std::filesystem::path>& paths);

}  // namespace plumb::report
