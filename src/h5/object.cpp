#include "h5/object.hpp"

#include "h5/type_ids.hpp"

namespace plumb::h5 {
namespace {

void write_attribute(hid_t object, const std::string& name, hid_t type, hid_t space,
                     const void* value, const Place& place) {
  const Handle attribute(
      checked(H5Acreate2(object, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), "H5Acreate2",
              place),
      H5Aclose);
  checked(H5Awrite(attribute.get(), type, value), "H5Awrite", place);
}

Handle scalar_space(const Place& place) {
  return {checked(H5Screate(H5S_SCALAR), "H5Screate", place), H5Sclose};
}

template <class T>
T read_number(hid_t attribute, const Place& place) {
  T value{};
  checked(H5Aread(attribute, native_id(TypeOf<T>::value), &value), "H5Aread", place);
  return value;
}

AttributeValue read_texts(hid_t attribute, hid_t type, hid_t space, const Place& place) {
  const auto count = checked(H5Sget_simple_extent_npoints(space), "H5Sget_simple_extent", place);
  std::vector<char*> raw(static_cast<std::size_t>(count), nullptr);
  checked(H5Aread(attribute, type, raw.data()), "H5Aread", place);
  std::vector<std::string> texts = take_strings(raw, type, space);
  if (H5Sget_simple_extent_type(space) == H5S_SCALAR) return std::move(texts.front());
  return texts;
}

herr_t remember_name(hid_t, const char* name, const H5A_info_t*, void* names) {
  static_cast<std::vector<std::string>*>(names)->emplace_back(name);
  return 0;
}

}  // namespace

void Object::set_int(const std::string& name, std::int64_t value) const {
  const Place place{file_, path_};
  write_attribute(id(), name, H5T_NATIVE_INT64, scalar_space(place).get(), &value, place);
}

void Object::set_real(const std::string& name, double value) const {
  const Place place{file_, path_};
  write_attribute(id(), name, H5T_NATIVE_DOUBLE, scalar_space(place).get(), &value, place);
}

void Object::set_text(const std::string& name, std::string_view value) const {
  const Place place{file_, path_};
  const std::string text(value);
  const char* pointer = text.c_str();
  const Handle type = make_string_type(place);
  write_attribute(id(), name, type.get(), scalar_space(place).get(), &pointer, place);
}

void Object::set_texts(const std::string& name, const std::vector<std::string>& values) const {
  const Place place{file_, path_};
  const Handle type = make_string_type(place);
  const hsize_t count = values.size();
  const Handle space(checked(H5Screate_simple(1, &count, nullptr), "H5Screate_simple", place),
                     H5Sclose);
  write_attribute(id(), name, type.get(), space.get(), c_pointers(values).data(), place);
}

bool Object::has_attribute(const std::string& name) const {
  return checked(H5Aexists(id(), name.c_str()), "H5Aexists", {file_, path_}) > 0;
}

AttributeValue Object::attribute(const std::string& name) const {
  const Place place{file_, path_};
  if (!has_attribute(name)) return {};
  const Handle attribute(checked(H5Aopen(id(), name.c_str(), H5P_DEFAULT), "H5Aopen", place),
                         H5Aclose);
  const Handle type(checked(H5Aget_type(attribute.get()), "H5Aget_type", place), H5Tclose);
  const Handle space(checked(H5Aget_space(attribute.get()), "H5Aget_space", place), H5Sclose);
  const Type kind = classify(type.get());
  if (kind == Type::String) return read_texts(attribute.get(), type.get(), space.get(), place);
  if (H5Sget_simple_extent_npoints(space.get()) != 1) return {};
  if (kind == Type::Int64) return read_number<std::int64_t>(attribute.get(), place);
  if (kind == Type::Float64) return read_number<double>(attribute.get(), place);
  return {};
}

std::vector<std::string> Object::attribute_names() const {
  std::vector<std::string> names;
  hsize_t position = 0;
  checked(H5Aiterate2(id(), H5_INDEX_NAME, H5_ITER_INC, &position, remember_name, &names),
          "H5Aiterate2", {file_, path_});
  return names;
}

}  // namespace plumb::h5
