#include "h5/group.hpp"

#include "h5/type_ids.hpp"

namespace plumb::h5 {
namespace {

constexpr unsigned kKeepOrder = H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED;

// Counts are mostly zeros: the fastest level already takes nearly all of them out.
constexpr unsigned kDeflateLevel = 1;

Handle dataset_creation(const DatasetSpec& spec, const Place& place) {
  Handle list(checked(H5Pcreate(H5P_DATASET_CREATE), "H5Pcreate", place), H5Pclose);
  checked(H5Pset_attr_creation_order(list.get(), kKeepOrder), "H5Pset_attr_creation_order", place);
  // No time stamps: the same run gives the same bytes.
  checked(H5Pset_obj_track_times(list.get(), false), "H5Pset_obj_track_times", place);
  if (!spec.chunk.empty()) {
    const std::vector<hsize_t> chunk(spec.chunk.begin(), spec.chunk.end());
    checked(H5Pset_chunk(list.get(), static_cast<int>(chunk.size()), chunk.data()), "H5Pset_chunk",
            place);
  }
  if (spec.compressed) {
    checked(H5Pset_shuffle(list.get()), "H5Pset_shuffle", place);
    checked(H5Pset_deflate(list.get(), kDeflateLevel), "H5Pset_deflate", place);
  }
  return list;
}

// Compressed chunks are written whole: through no cache, so that each goes out with the call that
// wrote it. (HDF5 1.10 leaks a cached one that it cannot write.)
Handle dataset_access(const DatasetSpec& spec, const Place& place) {
  Handle list(checked(H5Pcreate(H5P_DATASET_ACCESS), "H5Pcreate", place), H5Pclose);
  if (spec.compressed) {
    checked(H5Pset_chunk_cache(list.get(), 1, 0, 1.0), "H5Pset_chunk_cache", place);
  }
  return list;
}

Handle make_space(const DatasetSpec& spec, const Place& place) {
  if (spec.dims.empty()) return {checked(H5Screate(H5S_SCALAR), "H5Screate", place), H5Sclose};
  const std::vector<hsize_t> dims(spec.dims.begin(), spec.dims.end());
  std::vector<hsize_t> limits = dims;
  if (spec.extendable) limits[0] = H5S_UNLIMITED;
  return {checked(H5Screate_simple(static_cast<int>(dims.size()), dims.data(), limits.data()),
                  "H5Screate_simple", place),
          H5Sclose};
}

// Fixed little-endian types in the file, so that the bytes do not depend on the machine.
hid_t stored_id(Type type) {
  switch (type) {
    case Type::Float32:
      return H5T_IEEE_F32LE;
    case Type::Float64:
      return H5T_IEEE_F64LE;
    case Type::Int32:
      return H5T_STD_I32LE;
    case Type::Int64:
      return H5T_STD_I64LE;
    case Type::Uint8:
      return H5T_STD_U8LE;
    case Type::Uint64:
      return H5T_STD_U64LE;
    case Type::String:
    case Type::Other:
      break;
  }
  return -1;
}

struct Wanted {
  H5O_type_t kind;
  std::vector<std::string> names;
};

herr_t remember_member(hid_t group, const char* name, const H5L_info_t*, void* data) {
  auto& wanted = *static_cast<Wanted*>(data);
  H5O_info_t info;
  // A dangling link is nobody's member.
  if (H5Oget_info_by_name2(group, name, &info, H5O_INFO_BASIC, H5P_DEFAULT) < 0) return 0;
  if (info.type == wanted.kind) wanted.names.emplace_back(name);
  return 0;
}

}  // namespace

std::string Group::member_path(const std::string& name) const {
  return path() == "/" ? "/" + name : path() + "/" + name;
}

Group Group::create_group(const std::string& name) const {
  const std::string full = member_path(name);
  const Place place{file(), full};
  const Handle list(checked(H5Pcreate(H5P_GROUP_CREATE), "H5Pcreate", place), H5Pclose);
  checked(H5Pset_link_creation_order(list.get(), kKeepOrder), "H5Pset_link_creation_order", place);
  checked(H5Pset_attr_creation_order(list.get(), kKeepOrder), "H5Pset_attr_creation_order", place);
  checked(H5Pset_obj_track_times(list.get(), false), "H5Pset_obj_track_times", place);
  Handle handle(checked(H5Gcreate2(id(), name.c_str(), H5P_DEFAULT, list.get(), H5P_DEFAULT),
                        "H5Gcreate2", place),
                H5Gclose);
  return {std::move(handle), file(), full};
}

Group Group::open_group(const std::string& name) const {
  const std::string full = member_path(name);
  Handle handle(checked(H5Gopen2(id(), name.c_str(), H5P_DEFAULT), "H5Gopen2", {file(), full}),
                H5Gclose);
  return {std::move(handle), file(), full};
}

Dataset Group::create_dataset(const std::string& name, const DatasetSpec& spec) const {
  const std::string full = member_path(name);
  const Place place{file(), full};
  const Handle space = make_space(spec, place);
  const Handle list = dataset_creation(spec, place);
  const Handle access = dataset_access(spec, place);
  const Handle text = spec.type == Type::String ? make_string_type(place) : Handle();
  const hid_t type = text ? text.get() : stored_id(spec.type);
  Handle handle(checked(H5Dcreate2(id(), name.c_str(), type, space.get(), H5P_DEFAULT, list.get(),
                                   access.get()),
                        "H5Dcreate2", place),
                H5Dclose);
  return {std::move(handle), file(), full};
}

Dataset Group::open_dataset(const std::string& name) const {
  const std::string full = member_path(name);
  Handle handle(checked(H5Dopen2(id(), name.c_str(), H5P_DEFAULT), "H5Dopen2", {file(), full}),
                H5Dclose);
  return {std::move(handle), file(), full};
}

bool Group::has(const std::string& name) const {
  return checked(H5Lexists(id(), name.c_str(), H5P_DEFAULT), "H5Lexists", {file(), path()}) > 0;
}

std::vector<std::string> Group::member_names(int kind) const {
  Wanted wanted{static_cast<H5O_type_t>(kind), {}};
  hsize_t position = 0;
  checked(H5Literate(id(), H5_INDEX_NAME, H5_ITER_INC, &position, remember_member, &wanted),
          "H5Literate", {file(), path()});
  return wanted.names;
}

std::vector<std::string> Group::group_names() const { return member_names(H5O_TYPE_GROUP); }

std::vector<std::string> Group::dataset_names() const { return member_names(H5O_TYPE_DATASET); }

}  // namespace plumb::h5
