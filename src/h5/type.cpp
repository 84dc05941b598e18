#include "h5/type.hpp"

#include "h5/type_ids.hpp"

namespace plumb::h5 {

const char* to_string(Type type) {
  switch (type) {
    case Type::Float32:
      return "float32";
    case Type::Float64:
      return "float64";
    case Type::Int32:
      return "int32";
    case Type::Int64:
      return "int64";
    case Type::Uint8:
      return "uint8";
    case Type::Uint64:
      return "uint64";
    case Type::String:
      return "string";
    case Type::Other:
      break;
  }
  return "other";
}

std::size_t size_of(Type type) {
  switch (type) {
    case Type::Uint8:
      return 1;
    case Type::Float32:
    case Type::Int32:
      return 4;
    case Type::Float64:
    case Type::Int64:
    case Type::Uint64:
      return 8;
    case Type::String:
    case Type::Other:
      break;
  }
  return 0;
}

Handle make_string_type(const Place& place) {
  Handle type(checked(H5Tcopy(H5T_C_S1), "H5Tcopy", place), H5Tclose);
  checked(H5Tset_size(type.get(), H5T_VARIABLE), "H5Tset_size", place);
  checked(H5Tset_cset(type.get(), H5T_CSET_UTF8), "H5Tset_cset", place);
  return type;
}

hid_t native_id(Type type) {
  switch (type) {
    case Type::Float32:
      return H5T_NATIVE_FLOAT;
    case Type::Float64:
      return H5T_NATIVE_DOUBLE;
    case Type::Int32:
      return H5T_NATIVE_INT32;
    case Type::Int64:
      return H5T_NATIVE_INT64;
    case Type::Uint8:
      return H5T_NATIVE_UINT8;
    case Type::Uint64:
      return H5T_NATIVE_UINT64;
    case Type::String:
    case Type::Other:
      break;
  }
  return -1;
}

Type classify(hid_t type_id) {
  const std::size_t bytes = H5Tget_size(type_id);
  switch (H5Tget_class(type_id)) {
    case H5T_FLOAT:
      return bytes == 8 ? Type::Float64 : bytes == 4 ? Type::Float32 : Type::Other;
    case H5T_INTEGER:
      if (H5Tget_sign(type_id) == H5T_SGN_NONE) {
        return bytes == 8 ? Type::Uint64 : bytes == 1 ? Type::Uint8 : Type::Other;
      }
      return bytes == 8 ? Type::Int64 : bytes == 4 ? Type::Int32 : Type::Other;
    case H5T_STRING:
      return H5Tis_variable_str(type_id) > 0 ? Type::String : Type::Other;
    default:
      return Type::Other;
  }
}

NumberKind number_kind(hid_t type_id) {
  switch (H5Tget_class(type_id)) {
    case H5T_FLOAT:
      return NumberKind::Floating;
    case H5T_INTEGER:
      return NumberKind::Integer;
    default:
      return NumberKind::None;
  }
}

}  // namespace plumb::h5
