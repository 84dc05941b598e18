#include "report/describe.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "record/history_reader.hpp"
#include "report/compare_table.hpp"
#include "report/run_summary.hpp"

namespace plumb::report {
namespace {

using record::HistoryReader;

struct PlainText {
  std::string operator()(std::monostate) const { return "?"; }
  std::string operator()(std::int64_t value) const { return fmt::to_string(value); }
  std::string operator()(double value) const { return fmt::to_string(value); }
  std::string operator()(const std::string& value) const { return value; }
  std::string operator()(const std::vector<std::string>& values) const {
    return fmt::format("{}", fmt::join(values, ", "));
  }
};

std::string entry(const std::string& name, const std::string& value) {
  return fmt::format("  {:<28} {}\n", name, value);
}

std::string steps_of(const HistoryReader& history, const char* group) {
  if (!history.has(group)) return "none";
  const auto steps = history.steps(group);
  if (steps.empty()) return "none";
  return fmt::format("{}, from {} to {}", steps.size(), steps.front(), steps.back());
}

std::string count(std::int64_t number, const char* one) {
  return fmt::format("{} {}{}", number, one, number == 1 ? "" : "s");
}

/// Wall-clock seconds (S, P) of the phases, of which some pass while others do.
class Timing {
 public:
  explicit Timing(const HistoryReader& history) {
    if (!history.has("timing/seconds") || !history.has("timing/phase")) return;
    phases_ = history.root().open_dataset("timing/phase").read_strings();
    seconds_ = history.table("timing/seconds");
    if (seconds_.cols != phases_.size()) seconds_ = {};
  }

  /// Seconds, over the recorded steps; nothing where the file does not tell.
  [[nodiscard]] std::optional<double> median_of(const std::string& name) const {
    const auto phase = std::find(phases_.begin(), phases_.end(), name);
    if (phase == phases_.end()) return std::nullopt;
    const auto col = static_cast<std::size_t>(phase - phases_.begin());
    return median([&](std::size_t row) { return seconds_.at(row, col); });
  }

  /// Of a whole step.
  [[nodiscard]] std::optional<double> median_step() const {
    return median([&](std::size_t row) { return step_seconds(row); });
  }

  /// "forward 31 %, backward 52 %, ...", largest first.
  [[nodiscard]] std::string shares() const {
    std::vector<std::pair<double, std::string>> parts;
    double all = 0;
    for (std::size_t row = 0; row < seconds_.rows; ++row) all += step_seconds(row);
    for (std::size_t col = 0; col < phases_.size() && all > 0; ++col) {
      if (overlaps(col)) continue;
      double sum = 0;
      for (std::size_t row = 0; row < seconds_.rows; ++row) sum += seconds_.at(row, col);
      const double percent = 100 * sum / all;
      if (percent >= 0.5) parts.emplace_back(percent, phases_[col]);
    }
    std::sort(parts.rbegin(), parts.rend());
    std::vector<std::string> texts;
    for (const auto& [percent, name] : parts) {
      texts.push_back(fmt::format("{} {:.0f} %", name, percent));
    }
    return fmt::format("{}", fmt::join(texts, ", "));
  }

 private:
  /// Passes while the backward pass goes on.
  [[nodiscard]] bool overlaps(std::size_t col) const { return phases_[col] == "allreduce_hidden"; }

  [[nodiscard]] double step_seconds(std::size_t row) const {
    double sum = 0;
    for (std::size_t col = 0; col < phases_.size(); ++col) {
      if (!overlaps(col)) sum += seconds_.at(row, col);
    }
    return sum;
  }

  template <class OfRow>
  [[nodiscard]] std::optional<double> median(OfRow of_row) const {
    std::vector<double> values;
    for (std::size_t row = 0; row < seconds_.rows; ++row) values.push_back(of_row(row));
    if (values.empty()) return std::nullopt;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
  }

  std::vector<std::string> phases_;
  record::Table seconds_;
};

// Nothing where gradients do not travel: on one rank.
std::string communication(const RunSummary& run, const Timing& timing) {
  const auto exposed = timing.median_of("allreduce_exposed");
  if (run.ranks < 2 || !exposed) return "";
  std::string text = fmt::format("{:.3g} ms exposed", 1e3 * *exposed);
  // Files of earlier versions do not tell.
  const auto hidden = timing.median_of("allreduce_hidden");
  if (hidden) text += fmt::format(", {:.3g} ms hidden", 1e3 * *hidden);
  return entry("communication", text + " a step (median)");
}

std::string setting(const RunSummary& run, const char* key) {
  const auto found = run.settings.find(key);
  return found == run.settings.end() ? "?" : text_of_json(found->second);
}

std::string attribute(const std::map<std::string, h5::AttributeValue>& attributes,
                      const char* name) {
  const auto found = attributes.find(name);
  return found == attributes.end() ? "?" : std::visit(PlainText{}, found->second);
}

std::string or_dash(const char* format, double value) {
  return std::isnan(value) ? "-" : fmt::format(fmt::runtime(format), value);
}

std::string setup(const RunSummary& run, const HistoryReader& history) {
  const auto model = history.model_attributes();
  const std::string path = run.settings.contains("data.path") ? setting(run, "data.path") : "";
  return entry("network",
               fmt::format("{}, depth {}, width {}, {}, {}, {} parameters",
                           attribute(model, "family"), setting(run, "network.depth"),
                           setting(run, "network.width"), attribute(model, "activation"),
                           setting(run, "network.init"), attribute(model, "parameters"))) +
         entry("data", fmt::format("{}{}: {} inputs, {} classes", setting(run, "data.source"),
                                   path.empty() ? "" : " " + path, attribute(model, "inputs"),
                                   attribute(model, "classes"))) +
         entry("training",
               fmt::format("{} steps of {} samples, {}, learning rate {}, {}, {}, seed {}",
                           setting(run, "train.steps"), setting(run, "train.batch"),
                           setting(run, "train.optimizer"), setting(run, "train.learning_rate"),
                           setting(run, "train.loss"), setting(run, "train.precision"),
                           setting(run, "train.seed")));
}

std::string figures(const RunSummary& run) {
  return entry("result",
               fmt::format("loss {} in training, {} on the test split, accuracy {}",
                           or_dash("{:.4g}", run.train_loss), or_dash("{:.4g}", run.test_loss),
                           or_dash("{:.3f}", run.test_accuracy))) +
         entry(
             "gradients",
             fmt::format("delta_rms {} (first layer) to {} (last hidden), {} per layer, theory {}",
                         or_dash("{:.2e}", run.first_delta_rms),
                         or_dash("{:.2e}", run.last_hidden_delta_rms),
                         or_dash("{:.3g}", run.decay_per_layer),
                         or_dash("{:.3g}", run.theory_decay_per_layer)));
}

std::string machine(const RunSummary& run, const Timing& timing) {
  std::string text;
  if (run.ranks > 0) {
    text += entry("layout", fmt::format("{} x {}, {}", count(run.ranks, "rank"),
                                        count(run.threads, "thread"), run.cpu));
  }
  const auto step = timing.median_step();
  const double batch = std::strtod(setting(run, "train.batch").c_str(), nullptr);
  if (step && *step > 0 && batch > 0) {
    const double speed = batch / *step;
    std::string line =
        fmt::format("{:.0f} samples/s, {:.3g} ms a step (median)", speed, 1e3 * *step);
    if (!std::isnan(run.gflops_per_second)) {
      line += fmt::format(", {:.3g} GFLOP/s", run.gflops_per_second * speed);
    }
    text += entry("speed", line);
  }
  const std::string shares = timing.shares();
  return text + (shares.empty() ? "" : entry("time", shares)) + communication(run, timing);
}

std::string heading(const HistoryReader& history) {
  const RunSummary run = summary_of(history);
  std::string text = fmt::format("{}\n", history.path());
  text += entry(
      "status",
      run.status + (run.diverged_step < 0 ? "" : fmt::format(" from step {}", run.diverged_step)));
  text += entry("recorded steps", steps_of(history, "gradients"));
  return text + setup(run, history) + figures(run) + machine(run, Timing(history));
}

std::string contents(const HistoryReader& history) {
  std::string text = "\nContents\n";
  text += entry("layers", fmt::format("{}", fmt::join(history.layer_names(), ", ")));
  const auto snapshots = history.snapshot_steps();
  text +=
      entry("snapshots",
            snapshots.empty() ? "none" : fmt::format("of steps {}", fmt::join(snapshots, ", ")));
  return text + entry("histograms", steps_of(history, "histograms"));
}

std::string attribute_section(const char* title,
                              const std::map<std::string, h5::AttributeValue>& attributes) {
  std::string text = fmt::format("\n{}\n", title);
  for (const auto& [name, value] : attributes) text += entry(name, std::visit(PlainText{}, value));
  return text;
}

std::string model(const HistoryReader& history) {
  return attribute_section("Network", history.model_attributes());
}

std::string theory(const HistoryReader& history) {
  if (!history.has("theory")) return "";
  return attribute_section("Mean-field theory", history.theory_attributes());
}

// One line per value; nested objects as "outer.inner".
std::string json_entries(const nlohmann::ordered_json& json, const std::string& prefix) {
  std::string text;
  for (const auto& [key, value] : json.items()) {
    const std::string name = prefix.empty() ? key : fmt::format("{}.{}", prefix, key);
    if (value.is_object() && !value.empty()) {
      text += json_entries(value, name);
    } else {
      text += entry(name, value.is_string() ? value.get<std::string>() : value.dump());
    }
  }
  return text;
}

std::string json_section(const char* title, const std::string& source) {
  const auto json = nlohmann::ordered_json::parse(source, nullptr, false);
  return fmt::format("\n{}\n{}", title,
                     json.is_object() ? json_entries(json, "") : "  not readable\n");
}

std::string text_attribute(const h5::Object& object, const char* name) {
  return std::visit(PlainText{}, object.attribute(name));
}

struct Listing {
  TextColumn name{"dataset", "", true, {}};
  TextColumn type{"type", "", true, {}};
  TextColumn shape{"shape", "", true, {}};
  TextColumn unit{"unit", "", true, {}};
  TextColumn meaning{"meaning", "", true, {}};

  void add(const h5::Dataset& dataset) {
    const auto dims = dataset.dims();
    name.cells.push_back(dataset.path());
    type.cells.emplace_back(h5::to_string(dataset.type()));
    shape.cells.push_back(dims.empty() ? "scalar" : fmt::format("{}", fmt::join(dims, " x ")));
    unit.cells.push_back(text_attribute(dataset, "units"));
    meaning.cells.push_back(text_attribute(dataset, "long_name"));
  }

  void walk(const h5::Group& group) {
    for (const auto& member : group.dataset_names()) add(group.open_dataset(member));
    for (const auto& member : group.group_names()) walk(group.open_group(member));
  }
};

}  // namespace

std::string describe_history(const std::filesystem::path& file, bool all) {
  std::string text;
  record::read_whole(file, [&](const HistoryReader& history) {
    text = heading(history);
    if (!all) return;
    Listing listing;
    listing.walk(history.root());
    text += contents(history) + model(history) + theory(history) +
            json_section("Settings", history.resolved_json()) +
            json_section("Provenance", history.provenance_json()) + "\n" +
            render({listing.name, listing.type, listing.shape, listing.unit, listing.meaning});
  });
  if (!all) text += "  (--all: layers, theory, every setting, provenance, every dataset)\n";
  return text;
}

}  // namespace plumb::report
