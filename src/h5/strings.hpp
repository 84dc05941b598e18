// Private to this room: between std::string and HDF5's arrays of char pointers.
#pragma once

#include <string>
#include <vector>

#include "h5/check.hpp"

namespace plumb::h5 {

/// Pointers into `texts`, valid as long as those are.
inline std::vector<const char*> c_pointers(const std::vector<std::string>& texts) {
  std::vector<const char*> pointers;
  pointers.reserve(texts.size());
  for (const std::string& text : texts) pointers.push_back(text.c_str());
  return pointers;
}

/// Copies what HDF5 allocated and gives it back to HDF5.
inline std::vector<std::string> take_strings(std::vector<char*>& raw, hid_t type, hid_t space) {
  std::vector<std::string> texts;
  texts.reserve(raw.size());
  for (const char* text : raw) texts.emplace_back(text == nullptr ? "" : text);
  H5Dvlen_reclaim(type, space, H5P_DEFAULT, raw.data());
  return texts;
}

}  // namespace plumb::h5
