// Groups: where datasets and further groups lie.
#pragma once

#include <string>
#include <vector>

#include "h5/dataset.hpp"
#include "h5/object.hpp"

namespace plumb::h5 {

/// Every function throws core::IoError "FILE: CALL OBJECT: reason" when HDF5 fails. Names are those
/// of direct members, or relative paths when opening.
class Group : public Object {
 public:
  /// Links and attributes keep their creation order, as netCDF-4 wants it.
  [[nodiscard]] Group create_group(const std::string& name) const;
  [[nodiscard]] Group open_group(const std::string& name) const;
  [[nodiscard]] Dataset create_dataset(const std::string& name, const DatasetSpec& spec) const;
  [[nodiscard]] Dataset open_dataset(const std::string& name) const;

  /// Whether a direct member of that name exists.
  [[nodiscard]] bool has(const std::string& name) const;
  /// Names of the direct members, in alphabetical order.
  [[nodiscard]] std::vector<std::string> group_names() const;
  [[nodiscard]] std::vector<std::string> dataset_names() const;

 private:
  friend class File;
  using Object::Object;
  [[nodiscard]] std::string member_path(const std::string& name) const;
  [[nodiscard]] std::vector<std::string> member_names(int kind) const;
};

}  // namespace plumb::h5
