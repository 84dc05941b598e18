#include "record/history_layout.hpp"

#include <numeric>
#include <stdexcept>

#include "history/quantities.hpp"

namespace plumb::record {
namespace {

using h5::Group;
using Recorded = history::Group;
using history::kDimensionless;
using history::quantities_of;

void set_nexus_data(const Group& group, const char* signal, const std::vector<std::string>& axes) {
  group.set_text("NX_class", "NXdata");
  group.set_text("signal", signal);
  group.set_texts("axes", axes);
}

h5::Dataset create_layer_axis(const Group& group, const std::vector<history::LayerInfo>& layers) {
  std::vector<std::int64_t> numbers(layers.size());
  std::iota(numbers.begin(), numbers.end(), 1);
  std::vector<std::string> names;
  names.reserve(layers.size());
  for (const history::LayerInfo& layer : layers) names.push_back(layer.name);

  h5::Dataset axis = group.create_dataset("layer", {h5::Type::Int64, {layers.size()}, {}, false});
  axis.write<std::int64_t>(numbers);
  describe_dataset(axis, kDimensionless,
                   "layer, 1 = first hidden or first time step, last = output");
  axis.make_scale();
  const auto labels =
      group.create_dataset("layer_name", {h5::Type::String, {layers.size()}, {}, false});
  labels.write_strings(names);
  describe_dataset(labels, kDimensionless, "name of the layer");
  labels.attach_scale(0, axis);
  return axis;
}

h5::Dataset create_phase_axis(const Group& group) {
  const std::vector<std::string> names = core::all_names<history::Phase>();
  h5::Dataset axis = group.create_dataset("phase", {h5::Type::String, {names.size()}, {}, false});
  axis.write_strings(names);
  describe_dataset(axis, kDimensionless,
                   "phase of a training step; all but allreduce_hidden follow one another");
  axis.make_scale();
  return axis;
}

h5::Dataset create_bucket_axis(const Group& group, std::size_t count) {
  std::vector<std::int64_t> numbers(count);
  std::iota(numbers.begin(), numbers.end(), 1);
  h5::Dataset axis = group.create_dataset("bucket", {h5::Type::Int64, {count}, {}, false});
  axis.write<std::int64_t>(numbers);
  describe_dataset(axis, kDimensionless, "bucket, 1 = first to travel, of the last layers");
  axis.make_scale();
  return axis;
}

/// The columns that are known beforehand: one number of each layer, or of each bucket.
template <class Source, class Info>
void write_known_columns(const Group& group, const h5::Dataset& axis,
                         const std::vector<Info>& infos) {
  for (const history::Quantity& column : quantities_of<Source>()) {
    std::vector<std::int64_t> values;
    values.reserve(infos.size());
    for (const Info& info : infos) values.push_back(info.*std::get<Source>(column.source));
    write_fixed_column(group, axis, column, values);
  }
}

StepTable create_layer_table(const Group& group, Recorded recorded,
                             const std::vector<history::LayerInfo>& layers) {
  const h5::Dataset axis = create_layer_axis(group, layers);
  return {group, quantities_of<history::PerLayer>(recorded), &axis};
}

StepTable create_gradients(const Group& root, const history::HistoryHeader& header) {
  const Group group = root.create_group("gradients");
  set_nexus_data(group, "delta_rms", {"step", "layer"});
  // h5web and silx open the group as a heatmap in powers of ten.
  group.set_text("SILX_style", R"({"signal_scale_type": "log"})");
  return create_layer_table(group, Recorded::Gradients, header.layers);
}

StepTable create_activations(const Group& root, const history::HistoryHeader& header) {
  const Group group = root.create_group("activations");
  set_nexus_data(group, "std", {"step", "layer"});
  return create_layer_table(group, Recorded::Activations, header.layers);
}

HistogramTable create_histograms(const Group& root, const history::HistoryHeader& header) {
  const Group group = root.create_group("histograms");
  set_nexus_data(group, "weight_gradient", {"step", "layer", "exponent"});
  group.set_text("SILX_style", R"({"signal_scale_type": "log"})");
  return {group, create_layer_axis(group, header.layers)};
}

StepTable create_curves(const Group& root, const char* name,
                        std::span<const history::Quantity> columns) {
  const Group group = root.create_group(name);
  set_nexus_data(group, columns.front().name, {"step"});
  return {group, columns, nullptr};
}

StepTable create_timing(const Group& root) {
  const Group group = root.create_group("timing");
  set_nexus_data(group, "seconds", {"step", "phase"});
  const h5::Dataset axis = create_phase_axis(group);
  return {group, quantities_of<history::PerPhase>(), &axis};
}

std::optional<StepTable> create_buckets(const Group& root, const history::HistoryHeader& header) {
  if (header.buckets.empty()) return std::nullopt;
  const Group group = root.open_group("timing").create_group("buckets");
  set_nexus_data(group, "exposed_seconds", {"step", "bucket"});
  const h5::Dataset axis = create_bucket_axis(group, header.buckets.size());
  write_known_columns<history::OfBucket>(group, axis, header.buckets);
  return StepTable(group, quantities_of<history::PerBucket>(), &axis);
}

struct SetAttribute {
  const Group& group;
  const std::string& name;
  void operator()(std::int64_t value) const { group.set_int(name, value); }
  void operator()(double value) const { group.set_real(name, value); }
  void operator()(const std::string& value) const { group.set_text(name, value); }
};

void write_theory(const Group& root, const history::HistoryHeader& header) {
  if (header.theory.delta_rms_ratio.empty()) return;
  const Group group = root.create_group("theory");
  set_nexus_data(group, "delta_rms_ratio", {"layer"});
  const h5::Dataset axis = create_layer_axis(group, header.layers);
  for (const history::Quantity& column : quantities_of<history::OfTheory>()) {
    const std::vector<double>& values = header.theory.*std::get<history::OfTheory>(column.source);
    if (values.size() != header.layers.size()) {
      throw std::invalid_argument("a theory predicts as many layers as the header has");
    }
    const auto dataset =
        group.create_dataset(column.name, {h5::Type::Float64, {values.size()}, {}, false});
    dataset.write<double>(values);
    describe_dataset(dataset, column);
    dataset.attach_scale(0, axis);
  }
  for (const auto& [name, value] : header.theory.attributes) {
    std::visit(SetAttribute{group, name}, value);
  }
}

void write_model(const Group& root, const history::HistoryHeader& header) {
  const Group group = root.create_group("model");
  const h5::Dataset axis = create_layer_axis(group, header.layers);
  write_known_columns<history::OfLayer>(group, axis, header.layers);
  for (const auto& [name, value] : header.model) std::visit(SetAttribute{group, name}, value);
  if (!header.class_names.empty()) group.set_texts("class_names", header.class_names);
}

void write_text(const Group& group, const char* name, const char* meaning,
                const std::string& text) {
  const auto dataset = group.create_dataset(name, {h5::Type::String, {}, {}, false});
  dataset.write_strings({text});
  describe_dataset(dataset, kDimensionless, meaning);
}

void write_config(const Group& root, const history::HistoryHeader& header) {
  const Group group = root.create_group("config");
  write_text(group, "toml", "study file as read", header.toml);
  write_text(group, "resolved_json", "settings of this run, every key resolved",
             header.resolved_json);
  write_text(group, "provenance_json", "versions, flags, layout and environment",
             header.provenance_json);
}

void write_root_attributes(const Group& root) {
  root.set_text("Conventions", "CF-1.9");
  root.set_text("schema", history::kSchema);
  root.set_text("title", "Plumbline: gradient history of one network, by training step and layer");
  root.set_text("NX_class", "NXroot");
  root.set_text("default", "gradients");
}

}  // namespace

HistoryTables create_layout(const h5::File& file, const history::HistoryHeader& header) {
  const Group root = file.root();
  write_root_attributes(root);
  HistoryTables tables{
      create_gradients(root, header),
      create_activations(root, header),
      create_histograms(root, header),
      create_curves(root, "training", quantities_of<history::PerStep>()),
      create_timing(root),
      create_curves(root, "evaluation", quantities_of<history::PerEvaluation>()),
      create_buckets(root, header),
  };
  write_model(root, header);
  write_theory(root, header);
  write_config(root, header);
  static_cast<void>(root.create_group("snapshots"));
  return tables;
}

}  // namespace plumb::record
