#include "record/history_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "core/error.hpp"
#include "history/header.hpp"

namespace plumb::record {
namespace {

// What cannot be read (a lock, a permission, a damaged file) is nothing that could be judged: only
// what is readable is said to be no history.
h5::File open_or_explain(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    throw core::IoError(
        fmt::format("{}: {}", path.string(), error ? error.message() : "no such file"));
  }
  try {
    return h5::File::open(path);
  } catch (const h5::NotHdf5&) {
    throw core::IoError(
        fmt::format("{}: not a Plumbline history; not an HDF5 file", path.string()));
  }
}

void expect_schema(const h5::Group& root) {
  const auto value = root.attribute("schema");
  const auto* schema = std::get_if<std::string>(&value);
  if (schema != nullptr && *schema == history::kSchema) return;
  throw core::IoError(fmt::format(
      "{}: not a Plumbline history; {}, wanted schema \"{}\"", root.file(),
      schema == nullptr ? "an HDF5 file without a schema" : "its schema is \"" + *schema + "\"",
      history::kSchema));
}

std::string group_of(const std::string& name) { return name.substr(0, name.rfind('/')); }

std::map<std::string, h5::AttributeValue> attributes_of(const h5::Group& group) {
  std::map<std::string, h5::AttributeValue> attributes;
  for (const std::string& name : group.attribute_names()) attributes[name] = group.attribute(name);
  return attributes;
}

}  // namespace

namespace {

/// Changes whenever somebody writes to the file; equal for a file that is not there.
struct FileState {
  std::filesystem::file_time_type written{};
  std::uintmax_t bytes = 0;
  bool operator==(const FileState&) const = default;
};

FileState state_of(const std::filesystem::path& path) {
  std::error_code error;
  FileState state;
  state.written = std::filesystem::last_write_time(path, error);
  state.bytes = std::filesystem::file_size(path, error);
  return state;
}

/// PATH.part that was finished in the meantime is PATH.
std::filesystem::path present_name(const std::filesystem::path& path) {
  std::error_code error;
  if (path.extension() != ".part" || std::filesystem::exists(path, error)) return path;
  std::filesystem::path finished = path;
  finished.replace_extension();
  return std::filesystem::exists(finished, error) ? finished : path;
}

}  // namespace

void read_whole(const std::filesystem::path& path,
                const std::function<void(const HistoryReader&)>& read) {
  // A flush takes milliseconds and comes twice a second.
  constexpr int kMostAttempts = 8;
  constexpr auto kPause = std::chrono::milliseconds(60);
  for (int attempt = 1;; ++attempt) {
    const std::filesystem::path name = present_name(path);
    const FileState before = state_of(name);
    try {
      read(HistoryReader(name));
      if (attempt == kMostAttempts || state_of(name) == before) return;
    } catch (const core::IoError&) {
      const bool may_be_torn = name.extension() == ".part" || state_of(name) != before;
      if (attempt == kMostAttempts || !may_be_torn) throw;
    }
    std::this_thread::sleep_for(kPause);
  }
}

HistoryReader::HistoryReader(const std::filesystem::path& path) : file_(open_or_explain(path)) {
  expect_schema(file_.root());
}

std::string HistoryReader::status() const {
  const auto value = root().attribute("status");
  const auto* status = std::get_if<std::string>(&value);
  return status == nullptr ? "unfinished" : *status;
}

std::int64_t HistoryReader::diverged_step() const {
  const auto value = root().attribute("diverged_step");
  const auto* step = std::get_if<std::int64_t>(&value);
  return step == nullptr ? -1 : *step;
}

std::vector<std::int64_t> HistoryReader::steps(const std::string& group) const {
  return root().open_dataset(group + "/step").read<std::int64_t>();
}

std::vector<std::string> HistoryReader::layer_names() const {
  return root().open_dataset("gradients/layer_name").read_strings();
}

Table HistoryReader::table(const std::string& name) const {
  const h5::Dataset dataset = root().open_dataset(name);
  const auto dims = dataset.dims();
  if (dims.empty() || dims.size() > 2) {
    throw core::IoError(
        fmt::format("{}: {}: {} axes; one or two are wanted", path(), dataset.path(), dims.size()));
  }
  Table table{dims[0], dims.size() == 2 ? dims[1] : 1, dataset.read<double>()};
  if (dataset.extendable()) {
    const auto whole_rows = root().open_dataset(group_of(name) + "/step").dims().front();
    table.rows = std::min<std::size_t>(table.rows, whole_rows);
    table.values.resize(table.rows * table.cols);
  }
  return table;
}

Histograms HistoryReader::histograms(const std::string& name) const {
  const h5::Dataset dataset = root().open_dataset(name);
  const auto dims = dataset.dims();
  if (dims.size() != 3) {
    throw core::IoError(fmt::format("{}: {}: {} axes; step, layer and exponent are wanted", path(),
                                    dataset.path(), dims.size()));
  }
  Histograms histograms{dims[0], dims[1], dims[2], dataset.read<std::uint64_t>()};
  const auto whole_rows = root().open_dataset(group_of(name) + "/step").dims().front();
  histograms.steps = std::min<std::size_t>(histograms.steps, whole_rows);
  histograms.counts.resize(histograms.steps * histograms.layers * histograms.exponents);
  return histograms;
}

bool HistoryReader::has(const std::string& name) const {
  h5::Group group = root();
  std::size_t start = 0;
  for (auto slash = name.find('/'); slash != std::string::npos; slash = name.find('/', start)) {
    const std::string part = name.substr(start, slash - start);
    if (!group.has(part)) return false;
    group = group.open_group(part);
    start = slash + 1;
  }
  return group.has(name.substr(start));
}

std::vector<std::int64_t> HistoryReader::snapshot_steps() const {
  std::vector<std::int64_t> steps;
  if (!has("snapshots")) return steps;
  const h5::Group snapshots = root().open_group("snapshots");
  for (const std::string& name : snapshots.group_names()) {
    const auto value = snapshots.open_group(name).attribute("step");
    if (const auto* step = std::get_if<std::int64_t>(&value)) steps.push_back(*step);
  }
  std::sort(steps.begin(), steps.end());
  return steps;
}

std::map<std::string, h5::AttributeValue> HistoryReader::model_attributes() const {
  return attributes_of(root().open_group("model"));
}

std::map<std::string, h5::AttributeValue> HistoryReader::theory_attributes() const {
  if (!has("theory")) return {};
  auto attributes = attributes_of(root().open_group("theory"));
  for (const char* note : {"NX_class", "signal", "axes"}) attributes.erase(note);
  return attributes;
}

std::string HistoryReader::text(const std::string& name) const {
  const auto texts = root().open_dataset(name).read_strings();
  return texts.empty() ? "" : texts.front();
}

std::string HistoryReader::toml() const { return text("config/toml"); }

std::string HistoryReader::resolved_json() const { return text("config/resolved_json"); }

std::string HistoryReader::provenance_json() const { return text("config/provenance_json"); }

}  // namespace plumb::record
