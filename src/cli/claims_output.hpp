// What `plumbline claims` leaves behind: its folder, and what it prints for people to read.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "claims/run_claims.hpp"

namespace plumb::cli {

/// What is in the folder that is written to, and may it be touched?
class ClaimsFolder {
 public:
  /// Refuses claims.json and histories that are there unless `force`, and a claims.json that is not
  /// one of ours. Changes nothing that is there. Throws core::IoError.
  ClaimsFolder(std::filesystem::path folder, const std::vector<claims::Claim>& claims, bool force);

  /// Writes claims.json, and drops the histories of an older one that are not part of this one.
  /// Throws core::IoError.
  void write(const std::vector<claims::Report>& reports, const std::string& provenance_json);

 private:
  std::filesystem::path folder_;
  std::vector<std::filesystem::path> old_histories_;  // relative to folder_
};

/// One row per measurement; the first of a claim names it, and has its verdict.
std::string claims_table(const std::vector<claims::Report>& reports);

/// The claim as the article says it, and its verdict with the condition: two lines per claim.
std::string claims_in_words(const std::vector<claims::Report>& reports);

}  // namespace plumb::cli
