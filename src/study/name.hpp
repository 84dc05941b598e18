// What study.name is made of: it names a folder.
#pragma once

#include <string>

namespace plumb::study {

/// 1 to 100 letters and digits of any alphabet, "-" and "_", in UTF-8, and few enough bytes for the
/// name of a file.
bool is_name(const std::string& text);

/// The text with an underscore in place of what no name may hold, and not too long.
std::string to_name(const std::string& text);

}  // namespace plumb::study
