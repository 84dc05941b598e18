// A study file: validated, and expanded to the list of runs it stands for.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "data/source.hpp"
#include "net/settings.hpp"
#include "probe/history_probe.hpp"
#include "train/settings.hpp"

namespace plumb::study {

/// Everything one run needs to know, resolved.
struct RunSettings {
  std::size_t index = 0;  // place in the study
  std::string label;      // file-name safe, unique within the study, e.g. "sigmoid-he-10x128"
  std::string study_name;
  net::NetworkSettings network;
  data::DataSettings data;
  train::TrainSettings train;
  probe::RecordSettings record;
};

struct Study {
  std::string name;
  std::string toml;  // the text as read, followed by the overrides as comments
  std::vector<RunSettings> runs;
  std::string file;                           // as named in messages
  std::map<std::string, std::string> places;  // of the keys that somebody wrote
  std::vector<std::string> hints;  // "WHERE: ...": valid, but likely to be meant otherwise

  /// Where a key was written, to begin a message about it with: "study.toml:4", "--set KEY=VALUE"
  /// or "study.toml: the default". For what only the data can tell to be wrong. Throws
  /// std::logic_error when there is no such key.
  [[nodiscard]] std::string where(const std::string& key) const;
};

/// Parses and validates a study. `file_name` is used in messages and, without its extension, as
/// the default of study.name. `overrides` are the arguments of --set: "KEY=VALUE", VALUE in TOML
/// syntax (a bare word is taken as a string). Lists where one value is expected are swept; runs
/// are the Cartesian product in the contract's order of keys, the last varying fastest. Where
/// data.source is adding, train.loss is mean_squared_error unless it is written, and
/// data.sequence the depth.
/// Throws core::UsageError "FILE:LINE: what is wrong; what is allowed" (overrides are named
/// "--set KEY=VALUE" in place of FILE:LINE).
Study parse_study(const std::string& text, const std::string& file_name,
                  const std::vector<std::string>& overrides);

/// This run's flat study keys ("network.depth": 10, ...) as one JSON object, every key present.
std::string settings_json(const RunSettings& run);

}  // namespace plumb::study
