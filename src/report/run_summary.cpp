#include "report/run_summary.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <tuple>

#include "core/error.hpp"
#include "record/history_reader.hpp"
#include "record/result_json.hpp"

namespace plumb::report {
namespace {

namespace fs = std::filesystem;
using record::HistoryReader;
using record::Table;

// "0007-sigmoid-he-10x128.h5" -> 7, "sigmoid-he-10x128".
void name_run(RunSummary& run, const fs::path& path) {
  run.file = path.string();
  run.folder = path.has_parent_path() ? path.parent_path().string() : ".";
  const fs::path finished = path.extension() == ".part" ? path.stem() : path;
  const std::string stem = finished.stem().string();
  const auto dash = stem.find('-');
  std::int64_t index = 0;
  const char* end = stem.data() + std::min(dash, stem.size());
  const auto [rest, error] = std::from_chars(stem.data(), end, index);
  const bool numbered =
      dash != std::string::npos && dash > 0 && error == std::errc() && rest == end;
  run.index = numbered ? index : 0;
  run.label = numbered ? stem.substr(dash + 1) : stem;
}

void read_settings(RunSummary& run, const HistoryReader& history) {
  const auto settings = nlohmann::json::parse(history.resolved_json(), nullptr, false);
  if (!settings.is_object()) return;
  for (const auto& [key, value] : settings.items()) run.settings[key] = value.dump();
}

void read_provenance(RunSummary& run, const HistoryReader& history) {
  const auto json = nlohmann::json::parse(history.provenance_json(), nullptr, false);
  if (!json.is_object()) return;
  const auto build = json.value("build", nlohmann::json::object());
  if (build.is_object() && build.contains("commit"))
    run.commit = text_of_json(build["commit"].dump());
  const auto ranks = json.value("ranks", nlohmann::json::array());
  if (!ranks.is_array() || ranks.empty() || !ranks.front().is_object()) return;
  run.ranks = static_cast<std::int64_t>(ranks.size());
  const auto& first = ranks.front();
  if (first.contains("threads") && first["threads"].is_number_integer()) {
    run.threads = first["threads"].get<std::int64_t>();
  }
  if (first.contains("cpu") && first["cpu"].is_string()) run.cpu = first["cpu"].get<std::string>();
}

std::string setting(const RunSummary& run, const char* key) {
  const auto found = run.settings.find(key);
  return found == run.settings.end() ? "" : text_of_json(found->second);
}

// The smallest delta that keeps its digits, as stored: float16 by its format, else the precision.
double smallest_normal(const RunSummary& run) {
  if (setting(run, "train.gradient_format") == "float16") return 0x1p-14;
  return setting(run, "train.precision") == "float64" ? double{std::numeric_limits<double>::min()}
                                                      : double{std::numeric_limits<float>::min()};
}

double first_value(const HistoryReader& history, const char* name, double otherwise) {
  if (!history.has(name)) return otherwise;
  const Table table = history.table(name);
  const bool usable = !table.values.empty() && table.values.front() > 0;
  return usable ? table.values.front() : otherwise;
}

// delta_rms below it has lost entries: those a sixteenth of the root mean square count for nothing.
double underflow_bound(const RunSummary& run, const HistoryReader& history) {
  double width = 1;
  const std::string text = setting(run, "network.width");
  // Of layers of different widths, "[512,256]", the first.
  const std::size_t digit = std::min(text.find_first_of("123456789"), text.size());
  std::from_chars(text.data() + digit, text.data() + text.size(), width);
  const double scale = first_value(history, "training/loss_scale", 1);
  return 16 * smallest_normal(run) / scale * std::sqrt(std::max(width, 1.0));
}

// The last layer is the output layer; a network without hidden layers has only that.
std::size_t last_hidden(const Table& table) { return table.cols < 2 ? 0 : table.cols - 2; }

// Layers first .. last hidden (from 0), the longest stretch up to there that did not underflow.
std::size_t first_whole_layer(const Table& delta, double bound) {
  std::size_t first = last_hidden(delta) + 1;
  while (first > 0 && delta.at(0, first - 1) >= bound && std::isfinite(delta.at(0, first - 1))) {
    --first;
  }
  return first;
}

void read_gradients(RunSummary& run, const HistoryReader& history) {
  const Table delta = history.table("gradients/delta_rms");
  const Table weight_gradient = history.table("gradients/weight_gradient_norm");
  if (delta.rows == 0 || delta.cols == 0 || weight_gradient.rows == 0) return;
  const std::size_t last = last_hidden(delta);
  run.first_delta_rms = delta.at(0, 0);
  run.last_hidden_delta_rms = delta.at(0, last);
  const std::size_t first = first_whole_layer(delta, underflow_bound(run, history));
  if (first < last) {
    run.first_decay_layer = static_cast<std::int64_t>(first) + 1;
    run.decay_per_layer =
        std::pow(delta.at(0, first) / delta.at(0, last), 1.0 / static_cast<double>(last - first));
  }
  run.first_weight_gradient = weight_gradient.at(0, 0);
  run.first_weight_gradient_at_end = weight_gradient.at(weight_gradient.rows - 1, 0);
}

// Histories of earlier versions do not say whether the network is one the theory speaks of.
bool is_within_assumptions(const HistoryReader& history) {
  const auto attributes = history.theory_attributes();
  const auto reason = attributes.find("outside_assumptions");
  if (reason == attributes.end()) return true;
  const auto* text = std::get_if<std::string>(&reason->second);
  return text == nullptr || text->empty();
}

// delta_rms_ratio of layer l is the predicted delta_rms of l over that of l + 1, so that its
// geometric mean over the layers of decay_per_layer is to be compared with that.
double theory_decay(const RunSummary& run, const HistoryReader& history) {
  constexpr const char* kRatio = "theory/delta_rms_ratio";
  if (!history.has(kRatio) || !is_within_assumptions(history)) return kNothing;
  const Table ratio = history.table(kRatio);
  const std::size_t last = ratio.rows < 2 ? 0 : ratio.rows - 2;
  const auto from = static_cast<std::size_t>(std::max<std::int64_t>(run.first_decay_layer, 1)) - 1;
  double log_sum = 0;
  for (std::size_t l = from; l < last; ++l) log_sum += std::log(ratio.at(l, 0));
  return last <= from ? kNothing : std::exp(log_sum / static_cast<double>(last - from));
}

double last_value(const HistoryReader& history, const char* name) {
  if (!history.has(name)) return kNothing;
  const Table table = history.table(name);
  return table.values.empty() ? kNothing : table.values.back();
}

// Speeds by history file, as the result.json of each folder lists them; read once per folder.
class Speeds {
 public:
  /// A line is added to `left_out` for a result.json that cannot be read.
  double of(const fs::path& history, std::vector<std::string>& left_out) {
    const fs::path folder = history.parent_path();
    auto known = by_folder_.find(folder);
    if (known == by_folder_.end()) {
      known = by_folder_.emplace(folder, ByFile{}).first;
      try {
        known->second = read(folder);
      } catch (const core::IoError& error) {
        left_out.emplace_back(error.what());
      }
    }
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

enum class Wanted { Finished, All };

bool is_history_name(const fs::path& path, Wanted wanted) {
  if (path.extension() == ".h5") return true;
  return wanted == Wanted::All && path.extension() == ".part" && path.stem().extension() == ".h5";
}

std::vector<fs::path> histories_in(const fs::path& folder, Wanted wanted) {
  std::vector<fs::path> found;
  std::size_t unfinished = 0;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (is_history_name(entry->path(), wanted)) found.push_back(entry->path());
    if (entry->path().extension() == ".part") ++unfinished;
  }
  if (error) throw core::IoError(fmt::format("{}: {}", folder.string(), error.message()));
  if (!found.empty()) return found;
  if (wanted == Wanted::All) {
    throw core::IoError(fmt::format("{}: holds no history (*.h5, *.h5.part)", folder.string()));
  }
  throw core::IoError(fmt::format("{}: holds no finished history (*.h5){}", folder.string(),
                                  unfinished > 0 ? ", only unfinished ones (*.h5.part)" : ""));
}

std::vector<fs::path> expand(const fs::path& path, Wanted wanted) {
  std::error_code error;
  if (fs::is_directory(path, error)) return histories_in(path, wanted);
  if (!fs::exists(path, error)) {
    throw core::IoError(fmt::format(
        "{}: no such file or folder; allowed: a history, a folder of histories or a result.json",
        path.string()));
  }
  if (path.filename() == "result.json") {
    return histories_in(path.has_parent_path() ? path.parent_path() : fs::path("."), wanted);
  }
  return {path};
}

std::vector<fs::path> find(const std::vector<fs::path>& paths, Wanted wanted) {
  std::vector<fs::path> found;
  for (const fs::path& path : paths) {
    for (fs::path& history : expand(path, wanted)) found.push_back(std::move(history));
  }
  // The same file may be named twice, by itself and by its folder.
  std::set<fs::path> seen;
  std::erase_if(found, [&](const fs::path& path) {
    std::error_code error;
    return !seen.insert(fs::weakly_canonical(path, error)).second;
  });
  return found;
}

void add_speed(RunSummary& run, double samples_per_second) {
  run.samples_per_second = samples_per_second;
  run.gflops_per_second *= samples_per_second;
}

}  // namespace

RunSummary summary_of(const HistoryReader& history) {
  RunSummary run;
  name_run(run, history.path());
  run.status = history.status();
  run.diverged_step = history.diverged_step();
  run.recorded_steps = static_cast<std::int64_t>(history.steps().size());
  read_settings(run, history);
  read_provenance(run, history);
  read_gradients(run, history);
  run.theory_decay_per_layer = theory_decay(run, history);
  run.train_loss = last_value(history, "training/loss");
  // A diverged run has no final evaluation, only those it made on the way.
  const bool diverged = run.status == "diverged";
  run.test_loss = diverged ? kNothing : last_value(history, "evaluation/loss");
  run.test_accuracy = diverged ? kNothing : last_value(history, "evaluation/accuracy");
  const auto model = history.model_attributes();
  const auto flop = model.find("flop_per_step");
  const auto* count = flop == model.end() ? nullptr : std::get_if<double>(&flop->second);
  // Per sample for now: the speed comes from result.json.
  double batch = 0;
  const std::string text = setting(run, "train.batch");
  std::from_chars(text.data(), text.data() + text.size(), batch);
  if (count != nullptr && batch > 0) run.gflops_per_second = *count / batch / 1e9;
  return run;
}

Summaries summarise(const std::vector<fs::path>& paths) {
  Summaries all;
  Speeds speeds;
  for (const fs::path& path : find(paths, Wanted::All)) {
    try {
      RunSummary run;
      record::read_whole(path, [&](const HistoryReader& history) { run = summary_of(history); });
      all.runs.push_back(std::move(run));
      add_speed(all.runs.back(), speeds.of(path, all.left_out));
    } catch (const core::IoError& error) {
      all.left_out.emplace_back(error.what());
    }
  }
  std::sort(all.left_out.begin(), all.left_out.end());  // folders have no order
  if (all.runs.empty()) throw core::IoError(all.left_out.front());
  std::sort(all.runs.begin(), all.runs.end(), [](const RunSummary& a, const RunSummary& b) {
    return std::tie(a.index, a.file) < std::tie(b.index, b.file);
  });
  return all;
}

std::vector<fs::path> find_histories(const std::vector<fs::path>& paths) {
  return find(paths, Wanted::Finished);
}

std::string text_of_json(const std::string& json) {
  const auto value = nlohmann::json::parse(json, nullptr, false);
  return value.is_string() ? value.get<std::string>() : json;
}

}  // namespace plumb::report
