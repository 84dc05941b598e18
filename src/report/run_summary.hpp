// What a table says about one run, read from its history and, where there is one, result.json.
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <string>
#include <vector>

namespace plumb::record {
class HistoryReader;
}

namespace plumb::report {

inline constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();

struct RunSummary {
  std::int64_t index = 0;  // place in the study; 0 when the file's name tells none
  std::string label;
  std::string file;
  std::string folder;
  std::string status;
  std::int64_t recorded_steps = 0;
  std::int64_t diverged_step = -1;              // -1: did not diverge
  std::map<std::string, std::string> settings;  // JSON value of every study key of the run
  // Where it ran; 0 and "" where the file does not tell.
  std::int64_t ranks = 0;
  std::int64_t threads = 0;  // of a rank
  std::string cpu;
  std::string commit;
  // NaN where nothing was recorded.
  double first_delta_rms = kNothing;        // first layer, first recorded step
  double last_hidden_delta_rms = kNothing;  // last hidden layer, same step
  // Geometric mean of delta_rms(l) / delta_rms(l + 1) from first_decay_layer to the last hidden
  // one.
  double decay_per_layer = kNothing;
  std::int64_t first_decay_layer = 0;        // 1, unless layers below it underflow; 0: none
  double theory_decay_per_layer = kNothing;  // predicted, same layers; NaN outside its assumptions
  double first_weight_gradient = kNothing;   // ||dW|| of the first layer, first recorded step
  double first_weight_gradient_at_end = kNothing;  // the same, last recorded step
  double train_loss = kNothing;                    // last recorded step
  double test_loss = kNothing;                     // last evaluation
  double test_accuracy = kNothing;
  double samples_per_second = kNothing;  // from result.json alone
  double gflops_per_second = kNothing;   // likewise, with the history's flop_per_step
};

struct Summaries {
  std::vector<RunSummary> runs;
  std::vector<std::string> left_out;  // a line for each file that could not be read
};

/// A summary of each history that the paths stand for, finished or not: a history, a folder
/// (*.h5, *.h5.part) or a result.json (its folder). Ordered by index, then by file name. A file
/// that is damaged or not one of ours is left out and named. Throws core::IoError that names a path
/// which is missing or holds no history, or the first file that was left out when no run is left.
Summaries summarise(const std::vector<std::filesystem::path>& paths);

/// The summary of one history, whose gflops_per_second are those of a sample per second. Throws
/// core::IoError.
RunSummary summary_of(const record::HistoryReader& history);

/// The finished histories that the paths stand for, each once: a history file, a folder (its *.h5),
/// or a result.json (its folder). Throws core::IoError that names a path which is missing or holds
/// no history.
std::vector<std::filesystem::path> find_histories(const std::vector<std::filesystem::path>& paths);

/// Text of a JSON value: a string without its quotes.
std::string text_of_json(const std::string& json);

}  // namespace plumb::report
