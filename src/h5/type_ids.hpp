// Private to this room: our types and texts as HDF5 has them, and back.
#pragma once

#include <string>
#include <vector>

#include "h5/check.hpp"
#include "h5/type.hpp"

namespace plumb::h5 {

/// Variable-length UTF-8, the only string type netCDF readers handle well.
Handle make_string_type(const Place& place);

/// The native type for numbers in memory; -1 for String and Other. Not owned.
hid_t native_id(Type type);

/// What a dataset or attribute holds. Integers and floats are recognised whatever their byte
/// order; HDF5 converts when reading.
Type classify(hid_t type_id);

NumberKind number_kind(hid_t type_id);

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
