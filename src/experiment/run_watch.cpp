#include "experiment/run_watch.hpp"

namespace plumb::experiment {
namespace {

// The loss of one batch is noisy: means over a tenth of the run are judged.
constexpr std::uint64_t kWindows = 10;

}  // namespace

RunWatch::RunWatch(std::uint64_t steps, bool dynamic) : dynamic_(dynamic) {
  course_.window = std::max<std::uint64_t>(1, steps / kWindows);
}

void RunWatch::on_step(const train::StepReport& report) {
  ++course_.steps;
  watch_loss(report.loss);
  if (report.loss_scale < course_.lowest_loss_scale) {
    course_.lowest_loss_scale = report.loss_scale;
    course_.lowest_loss_scale_step = report.step;
  }
  if (!report.layers.empty()) watch_layers(report);
}

void RunWatch::watch_loss(double loss) {
  window_sum_ += loss;
  if (++in_window_ < course_.window) return;
  // A loss that is not a number is never the lowest.
  course_.lowest_loss =
      std::min(course_.lowest_loss, window_sum_ / static_cast<double>(course_.window));
  in_window_ = 0;
  window_sum_ = 0;
}

void RunWatch::watch_layers(const train::StepReport& report) {
  ++course_.measured;
  ever_alive_.resize(report.layers.size(), false);
  bool moved = false;
  bool finite = true;
  for (std::size_t row = 0; row < report.layers.size(); ++row) {
    const history::LayerSums& sums = report.layers[row];
    if (sums.alive_units > 0) ever_alive_[row] = true;
    // The change is exactly zero where the stored values stay, and NaN counts as a move.
    moved = moved || sums.update.change.norm() != 0;
    finite = finite && sums.update.nonfinite == 0;
  }
  if (moved) return;
  course_.still.add(report.step);
  if (dynamic_ && !finite) course_.skipped.add(report.step);
}

RunCourse RunWatch::course() const {
  RunCourse course = course_;
  // The last row is the output, whose units are always alive.
  for (std::size_t row = 0; row + 1 < ever_alive_.size(); ++row) {
    if (!ever_alive_[row]) course.dead_layers.push_back(row);
  }
  return course;
}

}  // namespace plumb::experiment
