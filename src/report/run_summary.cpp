#include "report/run_summary.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <tuple>

#include "core/error.hpp"
#include "record/history_reader.hpp"
#include "record/result_json.hpp"

namespace plumb::report {
namespace {

namespace fs = std::filesystem;
using record::HistoryReader;
using record::Table;

constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();

// "0007-sigmoid-he-10x128.h5" -> 7, "sigmoid-he-10x128".
void name_run(RunSummary& run, const fs::path& path) {
  run.file = path.string();
  const std::string stem = path.stem().string();
  const auto dash = stem.find('-');
  std::int64_t index = 0;
  const char* end = stem.data() + std::min(dash, stem.size());
  const auto [rest, error] = std::from_chars(stem.data(), end, index);
  const bool numbered =
      dash != std::string::npos && dash > 0 && error == std::errc() && rest == end;
  run.index = numbered ? index : 0;
  run.label = numbered ? stem.substr(dash + 1) : stem;
}

std::string setting(const nlohmann::json& settings, const char* key) {
  if (!settings.is_object() || !settings.contains(key)) return "";
  const nlohmann::json& value = settings[key];
  return value.is_string() ? value.get<std::string>() : value.dump();
}

void read_settings(RunSummary& run, const HistoryReader& history) {
  const auto settings = nlohmann::json::parse(history.resolved_json(), nullptr, false);
  run.depth = setting(settings, "network.depth");
  run.width = setting(settings, "network.width");
  run.activation = setting(settings, "network.activation");
  run.init = setting(settings, "network.init");
}

// The last layer is the output layer; a network without hidden layers has only that.
std::size_t last_hidden(const Table& table) { return table.cols < 2 ? 0 : table.cols - 2; }

void read_gradients(RunSummary& run, const HistoryReader& history) {
  const Table delta = history.table("gradients/delta_rms");
  const Table weight_gradient = history.table("gradients/weight_gradient_norm");
  if (delta.rows == 0 || delta.cols == 0 || weight_gradient.rows == 0) return;
  run.first_delta_rms = delta.at(0, 0);
  run.last_hidden_delta_rms = delta.at(0, last_hidden(delta));
  if (last_hidden(delta) > 0) {
    run.decay_per_layer = std::pow(run.first_delta_rms / run.last_hidden_delta_rms,
                                   1.0 / static_cast<double>(last_hidden(delta)));
  }
  run.first_weight_gradient = weight_gradient.at(0, 0);
  run.first_weight_gradient_at_end = weight_gradient.at(weight_gradient.rows - 1, 0);
}

// delta_rms_ratio of layer l is the predicted delta_rms of l over that of l + 1, so that its
// geometric mean up to the last hidden layer is to be compared with decay_per_layer.
double theory_decay(const HistoryReader& history) {
  constexpr const char* kRatio = "theory/delta_rms_ratio";
  if (!history.has(kRatio)) return kNothing;  // files of earlier versions
  const Table ratio = history.table(kRatio);
  const std::size_t count = ratio.rows < 2 ? 0 : ratio.rows - 2;
  double log_sum = 0;
  for (std::size_t l = 0; l < count; ++l) log_sum += std::log(ratio.at(l, 0));
  return count == 0 ? kNothing : std::exp(log_sum / static_cast<double>(count));
}

double last_value(const HistoryReader& history, const char* name) {
  if (!history.has(name)) return kNothing;
  const Table table = history.table(name);
  return table.values.empty() ? kNothing : table.values.back();
}

RunSummary read_history(const fs::path& path) {
  const HistoryReader history(path);
  RunSummary run{};
  run.first_delta_rms = run.last_hidden_delta_rms = run.decay_per_layer = kNothing;
  run.first_weight_gradient = run.first_weight_gradient_at_end = kNothing;
  name_run(run, path);
  run.status = history.status();
  read_settings(run, history);
  read_gradients(run, history);
  run.theory_decay_per_layer = theory_decay(history);
  run.train_loss = last_value(history, "training/loss");
  // A diverged run has no final evaluation, only those it made on the way.
  const bool diverged = run.status == "diverged";
  run.test_loss = diverged ? kNothing : last_value(history, "evaluation/loss");
  run.test_accuracy = diverged ? kNothing : last_value(history, "evaluation/accuracy");
  return run;
}

// Speeds by history file, as the result.json of each folder lists them; read once per folder.
class Speeds {
 public:
  double of(const fs::path& history) {
    const fs::path folder = history.parent_path();
    auto known = by_folder_.find(folder);
    if (known == by_folder_.end()) known = by_folder_.emplace(folder, read(folder)).first;
    const auto speed = known->second.find(history.filename().string());
    return speed == known->second.end() ? kNothing : speed->second;
  }

 private:
  using ByFile = std::map<std::string, double>;

  static ByFile read(const fs::path& folder) {
    ByFile speeds;
    const fs::path file = folder / "result.json";
    if (!fs::exists(file)) return speeds;
    for (const record::RunResult& run : record::read_result_json(file)) {
      speeds[run.file] = run.samples_per_second;
    }
    return speeds;
  }

  std::map<fs::path, ByFile> by_folder_;
};

namespace fs = std::filesystem;

std::vector<fs::path> histories_in(const fs::path& folder) {
  std::vector<fs::path> found;
  std::size_t unfinished = 0;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().extension() == ".h5") found.push_back(entry->path());
    if (entry->path().extension() == ".part") ++unfinished;
  }
  if (error) throw core::IoError(fmt::format("{}: {}", folder.string(), error.message()));
  if (found.empty()) {
    throw core::IoError(fmt::format("{}: holds no finished history (*.h5){}", folder.string(),
                                    unfinished > 0 ? ", only unfinished ones (*.h5.part)" : ""));
  }
  return found;
}

std::vector<fs::path> expand(const fs::path& path) {
  if (fs::is_directory(path)) return histories_in(path);
  if (!fs::exists(path)) {
    throw core::IoError(fmt::format(
        "{}: no such file or folder; allowed: a history, a folder of histories or a result.json",
        path.string()));
  }
  if (path.filename() == "result.json") {
    return histories_in(path.has_parent_path() ? path.parent_path() : fs::path("."));
  }
  return {path};
}

}  // namespace

std::vector<RunSummary> summarise(const std::vector<fs::path>& paths) {
  std::vector<RunSummary> runs;
  Speeds speeds;
  for (const fs::path& path : find_histories(paths)) {
    runs.push_back(read_history(path));
    runs.back().samples_per_second = speeds.of(path);
  }
  std::sort(runs.begin(), runs.end(), [](const RunSummary& a, const RunSummary& b) {
    return std::tie(a.index, a.file) < std::tie(b.index, b.file);
  });
  return runs;
}

std::vector<fs::path> find_histories(const std::vector<fs::path>& paths) {
  std::vector<fs::path> found;
  for (const fs::path& path : paths) {
    for (fs::path& history : expand(path)) found.push_back(std::move(history));
  }
  // The same file may be named twice, by itself and by its folder.
  std::vector<fs::path> seen;
  std::erase_if(found, [&](const fs::path& path) {
    std::error_code error;
    fs::path resolved = fs::weakly_canonical(path, error);
    if (std::find(seen.begin(), seen.end(), resolved) != seen.end()) return true;
    seen.push_back(std::move(resolved));
    return false;
  });
  return found;
}

}  // namespace plumb::report
