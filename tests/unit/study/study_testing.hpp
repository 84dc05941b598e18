// Shared by the tests of study files.
#pragma once

#include <string>
#include <vector>

#include "core/error.hpp"
#include "study/study.hpp"

namespace plumb::study::testing {

inline Study parse(const std::string& text, const std::vector<std::string>& overrides = {}) {
  return parse_study(text, "study.toml", overrides);
}

/// The message a text is refused with; "accepted" when it is not. Any other exception fails.
inline std::string error_of(const std::string& text,
                            const std::vector<std::string>& overrides = {}) {
  try {
    parse(text, overrides);
  } catch (const core::UsageError& error) {
    return error.what();
  }
  return "accepted";
}

inline std::vector<std::string> labels_of(const Study& study) {
  std::vector<std::string> labels;
  for (const RunSettings& run : study.runs) labels.push_back(run.label);
  return labels;
}

}  // namespace plumb::study::testing
