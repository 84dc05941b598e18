#include "h5/dataset.hpp"

#include <hdf5_hl.h>

#include <functional>
#include <numeric>
#include <stdexcept>

#include "h5/type_ids.hpp"

namespace plumb::h5 {
namespace {

Handle open_space(hid_t dataset, const Place& place) {
  return {checked(H5Dget_space(dataset), "H5Dget_space", place), H5Sclose};
}

std::uint64_t product(std::span<const std::uint64_t> numbers) {
  return std::accumulate(numbers.begin(), numbers.end(), std::uint64_t{1}, std::multiplies<>());
}

void expect_count(std::uint64_t given, std::uint64_t wanted, const std::string& path) {
  if (given != wanted) {
    throw std::invalid_argument(path + ": " + std::to_string(given) + " values given, " +
                                std::to_string(wanted) + " wanted");
  }
}

// (row, ...) of the file: `rows` of them from row `first` on.
Handle select_rows(hid_t dataset, const std::vector<std::uint64_t>& dims, std::uint64_t first,
                   std::uint64_t rows, const Place& place) {
  Handle space = open_space(dataset, place);
  std::vector<hsize_t> start(dims.size(), 0);
  std::vector<hsize_t> count(dims.begin(), dims.end());
  start[0] = first;
  count[0] = rows;
  checked(H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, start.data(), nullptr, count.data(),
                              nullptr),
          "H5Sselect_hyperslab", place);
  return space;
}

Handle flat_space(hsize_t count, const Place& place) {
  return {checked(H5Screate_simple(1, &count, nullptr), "H5Screate_simple", place), H5Sclose};
}

herr_t remember_scale(hid_t, unsigned, hid_t scale, void* data) {
  std::string full(1024, '\0');
  const ssize_t length = H5Iget_name(scale, full.data(), full.size());
  if (length <= 0) return -1;
  full.resize(static_cast<std::size_t>(length));
  *static_cast<std::string*>(data) = full.substr(full.rfind('/') + 1);
  return 1;  // the first is enough
}

}  // namespace

Type Dataset::type() const {
  const Handle type(checked(H5Dget_type(id()), "H5Dget_type", {file(), path()}), H5Tclose);
  return classify(type.get());
}

NumberKind Dataset::number_kind() const {
  const Handle type(checked(H5Dget_type(id()), "H5Dget_type", {file(), path()}), H5Tclose);
  return h5::number_kind(type.get());
}

std::vector<std::uint64_t> Dataset::dims() const {
  const Place place{file(), path()};
  const Handle space = open_space(id(), place);
  const int rank = checked(H5Sget_simple_extent_ndims(space.get()), "H5Sget_simple_extent", place);
  std::vector<hsize_t> dims(static_cast<std::size_t>(rank));
  checked(H5Sget_simple_extent_dims(space.get(), dims.data(), nullptr), "H5Sget_simple_extent",
          place);
  return {dims.begin(), dims.end()};
}

bool Dataset::extendable() const {
  const Place place{file(), path()};
  const Handle space = open_space(id(), place);
  const int rank = checked(H5Sget_simple_extent_ndims(space.get()), "H5Sget_simple_extent", place);
  if (rank == 0) return false;
  std::vector<hsize_t> limits(static_cast<std::size_t>(rank));
  checked(H5Sget_simple_extent_dims(space.get(), nullptr, limits.data()), "H5Sget_simple_extent",
          place);
  return limits[0] == H5S_UNLIMITED;
}

std::uint64_t Dataset::rows_per_chunk() const {
  const Place place{file(), path()};
  const Handle list(checked(H5Dget_create_plist(id()), "H5Dget_create_plist", place), H5Pclose);
  if (H5Pget_layout(list.get()) != H5D_CHUNKED) return 0;
  std::vector<hsize_t> chunk(dims().size());
  checked(H5Pget_chunk(list.get(), static_cast<int>(chunk.size()), chunk.data()), "H5Pget_chunk",
          place);
  return chunk.front();
}

std::uint64_t Dataset::stored_bytes() const { return H5Dget_storage_size(id()); }

template <class T>
void Dataset::write(std::span<const T> values) const {
  expect_count(values.size(), product(dims()), path());
  checked(H5Dwrite(id(), native_id(TypeOf<T>::value), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()),
          "H5Dwrite", {file(), path()});
}

void Dataset::write_strings(const std::vector<std::string>& texts) const {
  const Place place{file(), path()};
  expect_count(texts.size(), product(dims()), path());
  const Handle type = make_string_type(place);
  checked(H5Dwrite(id(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, c_pointers(texts).data()),
          "H5Dwrite", place);
}

template <class T>
void Dataset::append(std::span<const T> rows) const {
  if (rows.empty()) return;
  const Place place{file(), path()};
  std::vector<std::uint64_t> extent = dims();
  const std::uint64_t row_values = product(std::span<const std::uint64_t>(extent).subspan(1));
  const std::uint64_t row_count = rows.size() / row_values;
  expect_count(rows.size(), row_count * row_values, path());
  extent[0] += row_count;
  const std::vector<hsize_t> grown(extent.begin(), extent.end());
  checked(H5Dset_extent(id(), grown.data()), "H5Dset_extent", place);
  const Handle file_space = select_rows(id(), extent, extent[0] - row_count, row_count, place);
  const Handle memory_space = flat_space(rows.size(), place);
  checked(H5Dwrite(id(), native_id(TypeOf<T>::value), memory_space.get(), file_space.get(),
                   H5P_DEFAULT, rows.data()),
          "H5Dwrite", place);
}

template <class T>
std::vector<T> Dataset::read() const {
  std::vector<T> values(product(dims()));
  if (values.empty()) return values;
  checked(H5Dread(id(), native_id(TypeOf<T>::value), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()),
          "H5Dread", {file(), path()});
  return values;
}

template <class T>
void Dataset::read_rows(std::uint64_t first, std::span<T> rows) const {
  if (rows.empty()) return;
  const Place place{file(), path()};
  const std::vector<std::uint64_t> extent = dims();
  const std::uint64_t row_values = product(std::span<const std::uint64_t>(extent).subspan(1));
  const std::uint64_t row_count = rows.size() / row_values;
  expect_count(rows.size(), row_count * row_values, path());
  const Handle file_space = select_rows(id(), extent, first, row_count, place);
  const Handle memory_space = flat_space(rows.size(), place);
  checked(H5Dread(id(), native_id(TypeOf<T>::value), memory_space.get(), file_space.get(),
                  H5P_DEFAULT, rows.data()),
          "H5Dread", place);
}

std::vector<std::string> Dataset::read_strings() const {
  const Place place{file(), path()};
  std::vector<char*> raw(product(dims()), nullptr);
  if (raw.empty()) return {};
  const Handle type(checked(H5Dget_type(id()), "H5Dget_type", place), H5Tclose);
  if (classify(type.get()) != Type::String) fail("read_strings (not a text)", place);
  const Handle space = open_space(id(), place);
  checked(H5Dread(id(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, raw.data()), "H5Dread", place);
  return take_strings(raw, type.get(), space.get());
}

void Dataset::make_scale() const {
  const std::string name = path().substr(path().rfind('/') + 1);
  checked(H5DSset_scale(id(), name.c_str()), "H5DSset_scale", {file(), path()});
}

void Dataset::attach_scale(unsigned axis, const Dataset& scale) const {
  checked(H5DSattach_scale(id(), scale.id(), axis), "H5DSattach_scale", {file(), path()});
}

bool Dataset::is_scale() const {
  return checked(H5DSis_scale(id()), "H5DSis_scale", {file(), path()}) > 0;
}

std::vector<std::string> Dataset::scale_names() const {
  const Place place{file(), path()};
  std::vector<std::string> names(dims().size());
  if (!has_attribute("DIMENSION_LIST")) return names;
  for (unsigned axis = 0; axis < names.size(); ++axis) {
    checked(H5DSiterate_scales(id(), axis, nullptr, remember_scale, &names[axis]),
            "H5DSiterate_scales", place);
  }
  return names;
}

// The number types of the format; anything else fails to link.
#define PLUMB_INSTANTIATE(T)                               \
  template void Dataset::write(std::span<const T>) const;  \
  template void Dataset::append(std::span<const T>) const; \
  template std::vector<T> Dataset::read() const;           \
  template void Dataset::read_rows(std::uint64_t, std::span<T>) const
PLUMB_INSTANTIATE(float);
PLUMB_INSTANTIATE(double);
PLUMB_INSTANTIATE(std::int32_t);
PLUMB_INSTANTIATE(std::int64_t);
PLUMB_INSTANTIATE(std::uint8_t);
PLUMB_INSTANTIATE(std::uint64_t);
#undef PLUMB_INSTANTIATE

}  // namespace plumb::h5
