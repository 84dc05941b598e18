#include "cli/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <numeric>

namespace plumb::cli {
namespace {

constexpr double kRedrawSeconds = 0.1;
constexpr double kPlainLineSeconds = 10;
constexpr std::size_t kBarWidth = 20;
constexpr std::size_t kTerminalWidth = 79;

// mpirun pipes a rank's standard error to its own; rank 0's parent is mpirun when it was started on
// this node, and tells where the pipe ends.
bool terminal_behind_mpirun() {
  if (std::getenv("OMPI_COMM_WORLD_SIZE") == nullptr) return false;
  std::error_code error;
  const auto target = std::filesystem::read_symlink(fmt::format("/proc/{}/fd/2", getppid()), error);
  return !error &&
         (target.string().rfind("/dev/pts/", 0) == 0 || target.string().rfind("/dev/tty", 0) == 0);
}

std::string minutes(double seconds) {
  const std::int64_t whole = std::llround(seconds);
  return whole < 3600 ? fmt::format("{}:{:02}", whole / 60, whole % 60)
                      : fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

}  // namespace

Progress::Progress(std::size_t runs, std::vector<double> work, bool quiet)
    : runs_(runs),
      work_(std::move(work)),
      quiet_(quiet),
      terminal_(isatty(STDERR_FILENO) == 1 || terminal_behind_mpirun()) {}

void Progress::start_run(std::size_t position, const study::RunSettings& run) {
  position_ = position;
  label_ = run.label;
  steps_ = run.train.steps;
  since_drawn_.lap();
}

void Progress::on_step(const train::StepReport& report) {
  if (quiet_) return;
  if (since_drawn_.elapsed() < (terminal_ ? kRedrawSeconds : kPlainLineSeconds)) return;
  since_drawn_.lap();
  const double done = static_cast<double>(report.step + 1) / static_cast<double>(steps_);
  if (terminal_) {
    draw(done, report);
  } else {
    print_plain(done, report);
  }
}

std::string Progress::time_left(double done) const {
  const auto now = work_.begin() + static_cast<std::ptrdiff_t>(position_);
  const double finished = std::accumulate(work_.begin(), now, 0.0) + done * *now;
  const double total = std::accumulate(work_.begin(), work_.end(), 0.0);
  return minutes(since_start_.elapsed() * (total - finished) / finished);
}

void Progress::draw(double done, const train::StepReport& report) {
  const auto filled = static_cast<std::size_t>(done * kBarWidth);
  std::string line =
      fmt::format("[{}/{}] {} {}{} {}/{}  loss {:.4g}  {} left", position_ + 1, runs_, label_,
                  std::string(filled, '#'), std::string(kBarWidth - filled, '.'), report.step + 1,
                  steps_, report.loss, time_left(done));
  if (line.size() > kTerminalWidth)
    line.resize(kTerminalWidth);  // a wrapped line cannot be cleared
  fmt::print(stderr, "\r\033[K{}", line);
  std::fflush(stderr);
}

void Progress::print_plain(double done, const train::StepReport& report) {
  fmt::print("[{}/{}] {}  step {}/{}  loss {:.4g}  {} left\n", position_ + 1, runs_, label_,
             report.step + 1, steps_, report.loss, time_left(done));
  std::fflush(stdout);
}

void Progress::clear() const {
  if (!terminal_ || quiet_) return;
  fmt::print(stderr, "\r\033[K");
  std::fflush(stderr);
}

void Progress::finish_run(const std::string& outcome) {
  clear();
  if (quiet_) return;
  fmt::print("[{}/{}] {}  {}\n", position_ + 1, runs_, label_, outcome);
  std::fflush(stdout);
}

}  // namespace plumb::cli
