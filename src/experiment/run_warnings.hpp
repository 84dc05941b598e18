// What a run warns of: one table, in which a warning is one entry.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "data/dataset.hpp"
#include "data/facts.hpp"
#include "experiment/run_watch.hpp"
#include "record/result_json.hpp"
#include "study/study.hpp"

namespace plumb::experiment {

/// What warnings are judged by.
struct RunFacts {
  const study::RunSettings& run;
  const data::Dataset& dataset;
  const data::DataFacts& data;
  const RunCourse& course;          // after the run
  const record::RunResult& result;  // after the run
};

/// About the data: before training, once per data set. About the run: after it.
enum class About { Data, Run };

struct RunWarning {
  About about;
  const char* name;  // in result.json: fixed
  bool (*applies)(const RunFacts& facts);
  std::string (*text)(const RunFacts& facts);  // one line: what is so; the remedy
};

std::span<const RunWarning> run_warnings();

/// Those that apply, in the order of the table.
std::vector<record::Warning> warnings_about(About about, const RunFacts& facts);

/// The loss that an output can reach which does not depend on the sample: of the loss's
/// chance_level() by the classes' shares of the training samples, or half the variance of targets
/// that are values.
double chance_of(const RunFacts& facts);

}  // namespace plumb::experiment
