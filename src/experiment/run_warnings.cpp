#include "experiment/run_warnings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "data/source.hpp"
#include "net/losses.hpp"
#include "train/settings.hpp"

namespace plumb::experiment {
namespace {

// Gradient descent needs some hundred times the steps for a column a hundred times as narrow.
constexpr double kVeryDifferent = 100;
// A mean loss this close to chance is none that has fallen: noise of the batches.
constexpr double kFallen = 0.99;
constexpr double kLearnt = 0.01;  // of the loss at chance
// Fewer steps tell nothing about whether a network learns.
constexpr std::uint64_t kFewestSteps = 10;
// A loss scale that adapts leaves out a few steps; more than this share is worth a word.
constexpr std::uint64_t kSkippedShare = 10;
constexpr std::size_t kNamed = 8;  // of a long list

template <class T>
std::string listed(const std::vector<T>& values) {
  const std::size_t shown = std::min(values.size(), kNamed);
  const std::string text =
      fmt::format("{}", fmt::join(values.begin(), values.begin() + shown, ", "));
  return shown == values.size() ? text : fmt::format("{} and {} more", text, values.size() - shown);
}

bool sorted_and_cut(const RunFacts& f) {
  return f.run.data.samples > 0 && f.data.sorted_by_class &&
         !f.data.classes_without_samples().empty();
}

bool lacks_classes(const RunFacts& f) {
  return !f.data.classes_without_samples().empty() && !sorted_and_cut(f);
}

bool has_unequal_columns(const RunFacts& f) {
  return f.data.narrowest > 0 && f.data.widest > kVeryDifferent * f.data.narrowest;
}

bool diverged(const RunFacts& f) { return f.result.diverged_step.has_value(); }

bool scale_fell_below_one(const RunFacts& f) {
  return f.run.train.loss_scale.dynamic && f.course.lowest_loss_scale < 1;
}

// Where hardly any loss is left there is nothing to move for.
bool has_learnt(const RunFacts& f) { return f.course.lowest_loss < kLearnt * chance_of(f); }

bool stood_still(const RunFacts& f) {
  const RunCourse& course = f.course;
  const bool only_skipped = course.still.count == course.skipped.count;
  return f.run.train.learning_rate > 0 && course.still.count > 0 && !has_learnt(f) &&
         (!only_skipped ||
          (!diverged(f) && course.skipped.count * kSkippedShare > course.measured));
}

bool stayed_at_chance(const RunFacts& f) {
  const double chance = chance_of(f);
  return f.run.train.learning_rate > 0 && !diverged(f) && f.course.steps >= kFewestSteps &&
         chance > 0 && f.course.lowest_loss >= kFallen * chance;
}

std::string layer_numbers(const RunFacts& f) {
  std::vector<std::size_t> numbers;
  for (const std::size_t row : f.course.dead_layers) numbers.push_back(row + 1);
  return listed(numbers);
}

constexpr RunWarning kWarnings[] = {
    {About::Data, "class_without_samples", lacks_classes,
     [](const RunFacts& f) {
       return fmt::format(
           "no training sample of class {} of {}: its output can only learn to stay low; number "
           "the classes without gaps, or add samples",
           listed(f.data.classes_without_samples()), f.dataset.classes());
     }},
    {About::Data, "sorted_and_cut", sorted_and_cut,
     [](const RunFacts& f) {
       return fmt::format(
           "the training data is sorted by class, and its first {} samples (data.samples) have "
           "none of class {} of {}; shuffle the file, or leave data.samples out",
           f.run.data.samples, listed(f.data.classes_without_samples()), f.dataset.classes());
     }},
    {About::Data, "unequal_columns", has_unequal_columns,
     [](const RunFacts& f) {
       return fmt::format(
           "columns of very different size: input {} has standard deviation {:.3g}, input {} "
           "{:.3g}, so that the narrow ones are hardly seen; bring all to equal size "
           "(data.scale = \"standard\" for tables)",
           f.data.widest_column + 1, f.data.widest, f.data.narrowest_column + 1, f.data.narrowest);
     }},
    {About::Run, "diverged", diverged,
     [](const RunFacts& f) {
       return fmt::format(
           "diverged at step {}: loss or weights are not finite from there on; try a smaller "
           "train.learning_rate, train.gradient_clip or another network.init",
           *f.result.diverged_step);
     }},
    {About::Run, "loss_scale_floor", scale_fell_below_one,
     [](const RunFacts& f) {
       const bool used_up = f.course.lowest_loss_scale < train::kSmallestLossScale;
       return fmt::format(
           "the dynamic loss scale fell to {:.3g}{} at step {}: gradients overflow without any "
           "scale; try a smaller train.learning_rate, another network.init or a wider "
           "train.gradient_format",
           f.course.lowest_loss_scale, used_up ? ", its floor," : "",
           f.course.lowest_loss_scale_step);
     }},
    {About::Run, "steps_without_change", stood_still,
     [](const RunFacts& f) {
       const Occurrences& still = f.course.still;
       return fmt::format(
           "{} of {} measured steps changed no weight (first {}, last {}; {} left out for a "
           "gradient that was not finite): updates are below the weights' rounding or zero; try "
           "another network.init or activation, a larger train.learning_rate, or "
           "train.precision = \"float64\"",
           still.count, f.course.measured, still.first, still.last, f.course.skipped.count);
     }},
    {About::Run, "dead_layer", [](const RunFacts& f) { return !f.course.dead_layers.empty(); },
     [](const RunFacts& f) {
       return fmt::format(
           "hidden layer {} dead from the first step on: the derivative of each of its units is "
           "zero for every sample, so nothing below it learns; try another train.seed, "
           "network.init or network.activation (leaky_relu), or centred inputs",
           layer_numbers(f));
     }},
    {About::Run, "loss_at_chance", stayed_at_chance,
     [](const RunFacts& f) {
       return fmt::format(
           "the training loss never fell below chance: its lowest mean over {} step(s) is {:.4g}, "
           "a constant output reaches {:.4g} ({}); try more steps, another "
           "train.learning_rate, network.init or network.activation",
           f.course.window, f.course.lowest_loss, chance_of(f),
           net::info_of(f.dataset.is_regression() ? net::Loss::MeanSquaredError : f.run.train.loss)
               .chance_rule);
     }},
};

}  // namespace

std::span<const RunWarning> run_warnings() { return kWarnings; }

std::vector<record::Warning> warnings_about(About about, const RunFacts& facts) {
  std::vector<record::Warning> found;
  for (const RunWarning& warning : kWarnings) {
    if (warning.about == about && warning.applies(facts)) {
      found.push_back({warning.name, warning.text(facts)});
    }
  }
  return found;
}

double chance_of(const RunFacts& facts) {
  if (facts.dataset.is_regression()) return facts.data.target_variance / 2;
  return net::info_of(facts.run.train.loss)
      .chance_level(facts.data.frequencies(facts.dataset.classes()));
}

}  // namespace plumb::experiment
