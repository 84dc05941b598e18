// DIR/claims.json: schema plumbline.claims/1.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "claims/run_claims.hpp"

namespace plumb::claims {

/// provenance_json: one JSON object. Always valid JSON; NaN and infinity are null.
std::string claims_json(const std::vector<Report>& reports, const std::string& provenance_json);

/// Histories that a claims.json names, relative to its folder; names that would lead elsewhere are
/// left out. Throws core::IoError "FILE: ..." when it is not one of ours.
std::vector<std::filesystem::path> histories_of(const std::filesystem::path& claims_json);

}  // namespace plumb::claims
