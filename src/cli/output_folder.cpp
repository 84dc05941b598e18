#include "cli/output_folder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "comm/agreement.hpp"
#include "core/error.hpp"

namespace plumb::cli {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const fs::path& file, const std::string& what) {
  throw core::IoError(fmt::format(
      "{}: {}; allowed: another folder with -o, or --force to replace it", file.string(), what));
}

void refuse_existing_histories(const RunPlan& plan) {
  for (const study::RunSettings& run : plan.runs) {
    const fs::path file = plan.history_file(run);
    const fs::path part = file.string() + ".part";
    if (fs::exists(file)) refuse(file, "already there");
    if (fs::exists(part)) refuse(part, "already there, left by a run that did not finish");
  }
}

}  // namespace

void require_writable(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  const fs::path probe = folder / ".plumbline-write-test";
  errno = 0;
  const bool written = !error && std::ofstream(probe).put('x').flush();
  const std::string reason = error ? error.message() : std::strerror(errno);
  fs::remove(probe, error);
  if (written) return;
  throw core::IoError(fmt::format(
      "{}: cannot write results there ({}); allowed: a folder that can be created and written",
      folder.string(), reason));
}

OutputFolder::OutputFolder(const comm::Communicator& world, const RunOptions& options,
                           const RunPlan& plan)
    : folder_(plan.output), whole_study_(!options.index) {
  comm::agree_on_failure(world, [&] {
    if (world.rank() != 0) return;
    if (!options.force) refuse_existing_histories(plan);
    find_replaced(options, plan);
    find_rewritten(plan);
    require_writable(folder_);
  });
}

void OutputFolder::find_replaced(const RunOptions& options, const RunPlan& plan) {
  const fs::path summary = folder_ / "result.json";
  if (!fs::exists(summary)) return;
  for (const record::RunResult& old : record::read_result_json(summary)) {
    // Tasks of an array add to one result.json; a whole study starts its own.
    const bool same_place = !whole_study_ && static_cast<std::size_t>(old.index) == *options.index;
    if (!whole_study_ && !same_place) continue;
    if (!options.force) {
      refuse(summary, fmt::format("already holds run {} ({})", old.index, old.label));
    }
    // Only a plain file name can be a history of this folder.
    const fs::path file = folder_ / fs::path(old.file).filename();
    const bool rewritten = std::any_of(plan.runs.begin(), plan.runs.end(), [&](const auto& run) {
      return plan.history_file(run) == file;
    });
    if (!rewritten && file.extension() == ".h5") replaced_.push_back(file);
  }
}

void OutputFolder::find_rewritten(const RunPlan& plan) {
  for (const study::RunSettings& run : plan.runs) {
    const fs::path file = plan.history_file(run);
    for (const fs::path& old : {file, fs::path(file.string() + ".part")}) {
      if (fs::exists(old)) rewritten_.push_back(old);
    }
  }
}

std::string OutputFolder::removals() const {
  constexpr std::size_t kNamed = 4;
  std::vector<fs::path> files = rewritten_;
  files.insert(files.end(), replaced_.begin(), replaced_.end());
  if (files.empty()) return {};
  std::string names;
  for (std::size_t i = 0; i < std::min(files.size(), kNamed); ++i) {
    names += (i == 0 ? "" : ", ") + files[i].filename().string();
  }
  if (files.size() > kNamed) names += fmt::format(" and {} more", files.size() - kNamed);
  return fmt::format("--force: {} to be overwritten, {} to be removed in {}: {}", rewritten_.size(),
                     replaced_.size(), folder_.string(), names);
}

void OutputFolder::add(const record::RunResult& run, const std::string& provenance_json) {
  const bool drop = first_ && whole_study_;
  record::write_result_json(folder_, provenance_json, {run},
                            drop ? record::OldRuns::Drop : record::OldRuns::Keep);
  first_ = false;
  for (const fs::path& file : replaced_) {
    std::error_code ignored;  // it is gone from result.json already
    fs::remove(file, ignored);
  }
  replaced_.clear();
}

}  // namespace plumb::cli
