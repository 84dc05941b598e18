#include "claims/experiment_runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "core/error.hpp"
#include "data/source.hpp"
#include "experiment/run_one.hpp"

namespace plumb::claims {
namespace {

namespace fs = std::filesystem;

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    throw core::IoError(
        fmt::format("{}: cannot be created ({}); allowed: a folder that can be written",
                    folder.string(), error.message()));
  }
}

}  // namespace

std::vector<double> TrainedNetwork::at_start(const std::string& name) const {
  const record::Table table = history.table(name);
  return {table.values.begin(), table.values.begin() + static_cast<std::ptrdiff_t>(table.cols)};
}

std::vector<TrainedNetwork> ExperimentRunner::run(const std::string& study_toml) {
  const study::Study study = study::parse_study(study_toml, claim_id_ + ".toml", {});
  make_folder(context_.folder / claim_id_);
  std::vector<TrainedNetwork> experiments;
  for (const study::RunSettings& run : study.runs) experiments.push_back(run_one(study, run));
  return experiments;
}

TrainedNetwork ExperimentRunner::run_one(const study::Study& study, study::RunSettings run) {
  run.index = histories_.size();  // a claim may have several studies
  const std::string name = fmt::format("{}/{:04}-{}.h5", claim_id_, run.index, run.label);
  const fs::path file = context_.folder / name;
  const auto dataset = data::open_dataset(run.data, context_.data_folder, run.train.seed);
  const std::size_t threads = std::min(context_.threads, run.train.batch / run.train.slice);
  const experiment::RunOutputs outputs =
      experiment::run_one({*context_.world, run, *dataset, threads, file, context_.overwrite,
                           study.toml, context_.provenance_json},
                          {});
  histories_.push_back(name);
  for (const record::Check& check : outputs.result.verification) {
    if (check.passed) continue;
    failed_.push_back(fmt::format("{}: {}: {}", run.label, check.name, check.detail));
  }
  return {std::move(run), outputs.result, record::HistoryReader(file)};
}

bool has_mnist(const fs::path& data_folder) {
  const fs::path images = data_folder / "mnist" / "train-images-idx3-ubyte";
  return fs::exists(images) || fs::exists(images.string() + ".gz");
}

}  // namespace plumb::claims
