// The decay of the gradient at step 0: what theory predicts for a run, and what was measured.
#pragma once

#include <vector>

#include "comm/communicator.hpp"
#include "data/dataset.hpp"
#include "study/study.hpp"
#include "theory/prediction.hpp"
#include "train/observer.hpp"
#include "train/verification.hpp"

namespace plumb::experiment {

/// The prediction for this run's network on its first batch, or 1024 samples of a larger one.
theory::Prediction predict_run(const study::RunSettings& run, const data::Dataset& dataset);

/// Keeps delta_rms of every row at step 0, and the loss scale that the deltas carried.
class DecayObserver final : public train::Observer {
 public:
  explicit DecayObserver(std::size_t batch) : batch_(batch) {}
  [[nodiscard]] bool measures(std::uint64_t step) const override { return step == 0; }
  void on_step(const train::StepReport& report) override;
  [[nodiscard]] const std::vector<double>& delta_rms() const noexcept { return delta_rms_; }
  [[nodiscard]] double loss_scale() const noexcept { return loss_scale_; }

 private:
  std::size_t batch_;
  std::vector<double> delta_rms_;
  double loss_scale_ = 1;
};

/// Collective: rank 0 compares, all get its verdict.
train::Check check_decay(const comm::Communicator& world, const study::RunSettings& run,
                         const theory::Prediction& prediction, const DecayObserver& measured);

}  // namespace plumb::experiment
