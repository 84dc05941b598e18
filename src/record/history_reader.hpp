// Reads a history file, finished or still PATH.part, as far as it was written.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "h5/file.hpp"

namespace plumb::record {

/// A (rows, cols) array in C order; cols is 1 for a dataset of one axis.
struct Table {
  std::size_t rows = 0;
  std::size_t cols = 0;
  std::vector<double> values;

  [[nodiscard]] double at(std::size_t row, std::size_t col) const {
    return values.at(row * cols + col);
  }
};

/// Counts over (steps, layers, exponents) in C order; exponents from core::kLowestExponent on.
struct Histograms {
  std::size_t steps = 0;
  std::size_t layers = 0;
  std::size_t exponents = 0;
  std::vector<std::uint64_t> counts;

  [[nodiscard]] std::span<const std::uint64_t> at(std::size_t step, std::size_t layer) const {
    return std::span(counts).subspan((step * layers + layer) * exponents, exponents);
  }
};

/// Every function throws core::IoError that names the file.
class HistoryReader {
 public:
  /// "FILE: not a Plumbline history; ..." when it is something else.
  explicit HistoryReader(const std::filesystem::path& path);

  [[nodiscard]] const std::string& path() const noexcept { return file_.path(); }
  /// "completed", "diverged"; "unfinished" for what a killed run left behind.
  [[nodiscard]] std::string status() const;
  [[nodiscard]] std::int64_t diverged_step() const;  // -1: did not diverge

  /// Steps (S) of a group that grows by steps: "gradients", "training", ...
  [[nodiscard]] std::vector<std::int64_t> steps(const std::string& group = "gradients") const;
  /// Names of the layers (L), first hidden layer first, output layer last.
  [[nodiscard]] std::vector<std::string> layer_names() const;
  /// Numbers by "group/name" as float64: (S,L), (S,P), (S) or (L). Rows that an interrupted write
  /// left without a step are not handed out.
  [[nodiscard]] Table table(const std::string& name) const;
  /// Counts by "group/name": "histograms/weight_gradient", "histograms/delta". Whole rows alone.
  [[nodiscard]] Histograms histograms(const std::string& name) const;
  /// Whether the file holds that group or dataset.
  [[nodiscard]] bool has(const std::string& name) const;
  /// Steps of which a snapshot was kept, ascending.
  [[nodiscard]] std::vector<std::int64_t> snapshot_steps() const;

  /// The resolved network.
  [[nodiscard]] std::map<std::string, h5::AttributeValue> model_attributes() const;
  /// What mean-field theory says of it: q_star, chi_1, ...; empty where the file has no /theory.
  [[nodiscard]] std::map<std::string, h5::AttributeValue> theory_attributes() const;
  [[nodiscard]] std::string toml() const;
  [[nodiscard]] std::string resolved_json() const;
  [[nodiscard]] std::string provenance_json() const;

  /// For those who walk over everything: comparison, description.
  [[nodiscard]] h5::Group root() const { return file_.root(); }

 private:
  [[nodiscard]] std::string text(const std::string& name) const;
  h5::File file_;
};

/// Calls `read` with the history at PATH, again (a few times, within half a second) when it failed
/// or the file was written to meanwhile: a run that is under way writes twice a second. A PATH.part
/// that has been finished meanwhile is read under its finished name. `read` starts anew each time.
/// Throws what the last attempt threw.
void read_whole(const std::filesystem::path& path,
                const std::function<void(const HistoryReader&)>& read);

}  // namespace plumb::record
