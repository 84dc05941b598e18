#include "cli/run_report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>

#include "cli/exit_code.hpp"
#include "comm/agreement.hpp"
#include "experiment/run_warnings.hpp"
#include "net/families/family.hpp"
#include "train/context.hpp"

namespace plumb::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kCountsShown = 12;
// Read in a second or so; above it a user wonders.
constexpr double kLargeFileBytes = 64e6;

std::string bytes_text(double bytes) {
  if (bytes >= 1e9) return fmt::format("{:.3g} GB", bytes / 1e9);
  if (bytes >= 1e6) return fmt::format("{:.3g} MB", bytes / 1e6);
  return fmt::format("{:.3g} kB", bytes / 1e3);
}

std::string samples_text(const data::Dataset& dataset, data::Split split) {
  const std::optional<std::uint64_t> count = dataset.size(split);
  return count ? fmt::format("{}", *count) : "endless";
}

/// "setosa 50", or the number alone where classes have no names.
std::vector<std::string> named_counts(const data::DatasetSummary& summary,
                                      const data::DataFacts& facts) {
  std::vector<std::string> texts;
  for (std::size_t k = 0; k < facts.class_counts.size(); ++k) {
    const bool named = k < summary.class_names.size();
    texts.push_back(fmt::format("{}{}{}", named ? summary.class_names[k] : "", named ? " " : "",
                                facts.class_counts[k]));
  }
  return texts;
}

std::string classes_text(const data::Dataset& dataset, const data::DatasetSummary& summary,
                         const data::DataFacts& facts) {
  if (dataset.is_regression()) return "values to be predicted";
  std::string classes = fmt::format("{} classes", dataset.classes());
  const auto& counts = facts.class_counts;
  if (counts.empty()) return classes;
  if (counts.size() <= kCountsShown) {
    return fmt::format("{} (samples: {})", classes, fmt::join(named_counts(summary, facts), ", "));
  }
  const auto [least, most] = std::ranges::minmax(counts);
  return fmt::format("{} ({} to {} samples each)", classes, least, most);
}

// A file, or the files of a folder.
double bytes_of(const fs::path& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    const auto bytes = fs::file_size(path, error);
    return error ? 0 : static_cast<double>(bytes);
  }
  double sum = 0;
  for (const auto& entry : fs::directory_iterator(path, error)) {
    const auto bytes = entry.is_regular_file(error) ? entry.file_size(error) : 0;
    if (!error) sum += static_cast<double>(bytes);
  }
  return sum;
}

}  // namespace

std::string data_line(const study::RunSettings& run, const data::Dataset& dataset,
                      const data::DataFacts& facts) {
  const data::DatasetSummary summary = dataset.summary();
  return fmt::format("data: {}{}{}, {} training and {} test samples, {} inputs, {}{}{}",
                     dataset.source(), run.data.path.empty() ? "" : " ", run.data.path,
                     samples_text(dataset, data::Split::Train),
                     samples_text(dataset, data::Split::Test), dataset.inputs(),
                     classes_text(dataset, summary, facts),
                     summary.scaling.empty() ? "" : ", scaling: ", summary.scaling);
}

std::string network_line(const study::RunSettings& run, const data::Dataset& dataset) {
  const std::size_t parameters =
      net::parameter_layout(run.network, train::problem_of(dataset)).parameters();
  const bool wide = run.train.precision == train::Precision::Float64;
  return fmt::format("network: {} of depth {}, {}, {} parameters ({} in {})",
                     core::name_of(run.network.family), run.network.depth,
                     core::name_of(run.network.activation), parameters,
                     bytes_text(static_cast<double>(parameters) * (wide ? 8 : 4)),
                     core::name_of(run.train.precision));
}

std::string layout_line(const study::RunSettings& run, std::size_t ranks, std::size_t threads) {
  return fmt::format("layout: {} rank{} x {} thread{}, batch of {} samples in {} slices of {}",
                     ranks, ranks == 1 ? "" : "s", threads, threads == 1 ? "" : "s",
                     run.train.batch, run.train.batch / run.train.slice, run.train.slice);
}

std::string outcome_text(const record::RunResult& result) {
  std::string text = result.status;
  if (result.diverged_step) text += fmt::format(" at step {}", *result.diverged_step);
  if (result.final_loss) text += fmt::format("  test loss {:g}", *result.final_loss);
  if (result.final_accuracy) text += fmt::format("  accuracy {:.4f}", *result.final_accuracy);
  return text + fmt::format("  {:.0f} samples/s", result.samples_per_second);
}

void announce_large_file(const data::SearchFolders& folders, const study::RunSettings& run) {
  if (run.data.path.empty()) return;
  fs::path path;
  const auto find = [&] { path = data::find_file(folders, run.data.path); };
  if (comm::attempt(find).code != 0) return;  // opening the data will tell
  const double bytes = bytes_of(path);
  if (bytes < kLargeFileBytes) return;
  fmt::print(stderr, "reading {} ({}) ...\n", path.string(), bytes_text(bytes));
  std::fflush(stderr);
}

void RunReport::print_if_new(std::string& last, const std::string& line) const {
  if (line == last) return;
  last = line;
  if (!quiet_) fmt::print("{}\n", line);
}

void RunReport::begin(std::size_t position, const data::Dataset& dataset,
                      const experiment::DatasetCache& datasets) {
  position_ = position;
  const study::RunSettings& run = plan_.runs[position];
  watch_.emplace(run.train.steps, run.train.loss_scale.dynamic);
  comm::agree_on_failure(world_, [&] {
    if (world_.rank() != 0) return;
    if (seen_sets_ != datasets.opened()) {
      seen_sets_ = datasets.opened();
      facts_ = data::look_at(dataset);
      about_data_.clear();
      for (const std::string& text : dataset.summary().warnings) {
        about_data_.push_back({"data", text});
      }
      const auto found = experiment::warnings_about(experiment::About::Data,
                                                    {run, dataset, facts_, watch_->course(), {}});
      about_data_.insert(about_data_.end(), found.begin(), found.end());
      for (const record::Warning& warning : about_data_) {
        print_warning(fmt::format("{}: {}", run.data.path, warning.text));
      }
    }
    print_if_new(last_data_, data_line(run, dataset, facts_));
    print_if_new(last_network_, network_line(run, dataset));
    print_if_new(last_layout_, layout_line(run, static_cast<std::size_t>(world_.size()),
                                           plan_.threads[position]));
    std::fflush(stdout);
  });
}

void RunReport::finish(const data::Dataset& dataset, record::RunResult& result) {
  if (result.diverged_step) diverged_.emplace_back(result.label, *result.diverged_step);
  result.warnings = about_data_;
  const auto about_run = experiment::warnings_about(
      experiment::About::Run, {plan_.runs[position_], dataset, facts_, watch_->course(), result});
  for (const record::Warning& warning : about_run) {
    auto& labels = warned_[warning.name];
    // The first run speaks for all: see print_summary().
    if (labels.empty()) print_warning(fmt::format("{}: {}", result.label, warning.text));
    labels.push_back(result.label);
    result.warnings.push_back(warning);
  }
}

void RunReport::print_summary() const {
  for (const auto& [name, labels] : warned_) {
    if (labels.size() == 1) continue;
    print_warning(fmt::format("{}: as of {}, so of {} more run{}, the last {}; all in result.json",
                              name, labels.front(), labels.size() - 1,
                              labels.size() == 2 ? "" : "s", labels.back()));
  }
  if (diverged_.empty()) return;
  const auto& [label, step] = diverged_.front();
  const std::string more =
      diverged_.size() == 1 ? "" : fmt::format(", and {} more", diverged_.size() - 1);
  fmt::print("{} of {} run{} diverged at step {} ({}{})\n", diverged_.size(), plan_.runs.size(),
             plan_.runs.size() == 1 ? "" : "s", step, label, more);
}

}  // namespace plumb::cli
