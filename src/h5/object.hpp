// What groups and datasets have in common: a place in a file, and attributes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "h5/handle.hpp"
#include "h5/type.hpp"

namespace plumb::h5 {

/// Every function throws core::IoError "FILE: CALL OBJECT: reason" when HDF5 fails.
class Object {
 public:
  /// Absolute path inside the file: "/gradients/delta_rms".
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  /// The file's name on disk.
  [[nodiscard]] const std::string& file() const noexcept { return file_; }

  // Scalar attributes, text as variable-length UTF-8. The name must be new.
  void set_int(const std::string& name, std::int64_t value) const;
  void set_real(const std::string& name, double value) const;
  void set_text(const std::string& name, std::string_view value) const;
  /// A list of texts (at least one).
  void set_texts(const std::string& name, const std::vector<std::string>& values) const;

  [[nodiscard]] bool has_attribute(const std::string& name) const;
  /// monostate when there is none of that name, or one of a type that is not written here.
  [[nodiscard]] AttributeValue attribute(const std::string& name) const;
  /// In alphabetical order.
  [[nodiscard]] std::vector<std::string> attribute_names() const;

  /// Gives the identifier back early; false when HDF5 could not write what it still held.
  bool close() noexcept { return handle_.close(); }

 protected:
  Object() = default;
  Object(Handle handle, std::string file, std::string path)
      : handle_(std::move(handle)), file_(std::move(file)), path_(std::move(path)) {}

  [[nodiscard]] Id id() const noexcept { return handle_.get(); }

 private:
  Handle handle_;
  std::string file_;
  std::string path_;
};

}  // namespace plumb::h5
