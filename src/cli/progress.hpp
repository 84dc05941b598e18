// How far a study is: a bar with the time left on a terminal, plain lines otherwise.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "study/study.hpp"
#include "train/observer.hpp"

namespace plumb::cli {

class Progress final : public train::Observer {
 public:
  /// work: relative cost of each run (any unit); the time left is estimated from it.
  Progress(std::size_t runs, std::vector<double> work, bool quiet);

  void start_run(std::size_t position, const study::RunSettings& run);
  void on_step(const train::StepReport& report) override;
  /// One line about a finished run.
  void finish_run(const std::string& outcome);

 private:
  void draw(double done, const train::StepReport& report);
  void print_plain(double done, const train::StepReport& report);
  [[nodiscard]] std::string time_left(double done) const;
  void clear() const;

  std::size_t runs_;
  std::vector<double> work_;
  bool quiet_;
  bool terminal_;
  std::size_t position_ = 0;
  std::string label_;
  std::uint64_t steps_ = 1;
  core::Stopwatch since_start_;
  core::Stopwatch since_drawn_;
};

}  // namespace plumb::cli
