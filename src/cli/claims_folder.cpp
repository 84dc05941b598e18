#include "cli/claims_folder.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <set>

#include "claims/claims_json.hpp"
#include "core/error.hpp"
#include "record/text_file.hpp"

namespace plumb::cli {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const fs::path& file) {
  throw core::IoError(
      fmt::format("{}: already there; allowed: another folder with -o, or --force to replace it",
                  file.string()));
}

void refuse_histories(const fs::path& folder) {
  std::error_code ignored;  // a folder that is not there holds none
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const fs::path extension = entry.path().extension();
    if (extension == ".h5" || extension == ".part") refuse(entry.path());
  }
}

/// Better now than after the first experiment.
void make_writable(const fs::path& folder) {
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

}  // namespace

ClaimsFolder::ClaimsFolder(fs::path folder, const std::vector<claims::Claim>& claims, bool force)
    : folder_(std::move(folder)) {
  const fs::path summary = folder_ / "claims.json";
  if (fs::exists(summary)) {
    if (!force) refuse(summary);
    old_histories_ = claims::histories_of(summary);
  }
  for (const claims::Claim& claim : claims) {
    if (!force) refuse_histories(folder_ / claim.id);
  }
  make_writable(folder_);
}

void ClaimsFolder::write(const std::vector<claims::Report>& reports,
                         const std::string& provenance_json) {
  record::replace_text_file(folder_ / "claims.json", claims::claims_json(reports, provenance_json));
  std::set<fs::path> kept;
  for (const claims::Report& report : reports) {
    kept.insert(report.histories.begin(), report.histories.end());
  }
  for (const fs::path& old : old_histories_) {
    std::error_code ignored;  // it is gone from claims.json already
    if (kept.count(old) == 0) fs::remove(folder_ / old, ignored);
  }
}

}  // namespace plumb::cli
