#include "record/history_layout.hpp"

#include <numeric>
#include <stdexcept>

#include "record/bucket_table.hpp"

namespace plumb::record {
namespace {

using h5::Group;

void set_nexus_data(const Group& group, const char* signal, const std::vector<std::string>& axes) {
  group.set_text("NX_class", "NXdata");
  group.set_text("signal", signal);
  group.set_texts("axes", axes);
}

h5::Dataset create_layer_axis(const Group& group, const std::vector<LayerInfo>& layers) {
  std::vector<std::int64_t> numbers(layers.size());
  std::iota(numbers.begin(), numbers.end(), 1);
  std::vector<std::string> names;
  names.reserve(layers.size());
  for (const LayerInfo& layer : layers) names.push_back(layer.name);

  h5::Dataset axis = group.create_dataset("layer", {h5::Type::Int64, {layers.size()}, {}, false});
  axis.write<std::int64_t>(numbers);
  describe_dataset(
      axis, {"layer", kDimensionless, "layer, 1 = first hidden or first time step, last = output"});
  axis.make_scale();
  const auto labels =
      group.create_dataset("layer_name", {h5::Type::String, {layers.size()}, {}, false});
  labels.write_strings(names);
  describe_dataset(labels, {"layer_name", kDimensionless, "name of the layer"});
  labels.attach_scale(0, axis);
  return axis;
}

h5::Dataset create_phase_axis(const Group& group) {
  const std::vector<std::string> names = core::all_names<history::Phase>();
  h5::Dataset axis = group.create_dataset("phase", {h5::Type::String, {names.size()}, {}, false});
  axis.write_strings(names);
  describe_dataset(axis, {"phase", kDimensionless,
                          "phase of a training step; all but allreduce_hidden follow one another"});
  axis.make_scale();
  return axis;
}

StepTable create_layer_table(const Group& group, std::span<const LayerColumn> columns,
                             const std::vector<LayerInfo>& layers) {
  std::vector<Description> descriptions;
  for (const LayerColumn& column : columns) descriptions.push_back(column.description);
  const h5::Dataset axis = create_layer_axis(group, layers);
  return {group, descriptions, &axis};
}

StepTable create_gradients(const Group& root, const HistoryHeader& header) {
  const Group group = root.create_group("gradients");
  set_nexus_data(group, "delta_rms", {"step", "layer"});
  // h5web and silx open the group as a heatmap in powers of ten.
  group.set_text("SILX_style", R"({"signal_scale_type": "log"})");
  return create_layer_table(group, gradient_columns(), header.layers);
}

StepTable create_activations(const Group& root, const HistoryHeader& header) {
  const Group group = root.create_group("activations");
  set_nexus_data(group, "std", {"step", "layer"});
  return create_layer_table(group, activation_columns(), header.layers);
}

HistogramTable create_histograms(const Group& root, const HistoryHeader& header) {
  const Group group = root.create_group("histograms");
  set_nexus_data(group, "weight_gradient", {"step", "layer", "exponent"});
  group.set_text("SILX_style", R"({"signal_scale_type": "log"})");
  return {group, create_layer_axis(group, header.layers)};
}

StepTable create_curves(const Group& root, const char* name, std::span<const Description> columns) {
  const Group group = root.create_group(name);
  set_nexus_data(group, columns.front().name, {"step"});
  return {group, columns, nullptr};
}

StepTable create_training(const Group& root) {
  std::vector<Description> columns;
  for (const StepColumn& column : training_columns()) columns.push_back(column.description);
  return create_curves(root, "training", columns);
}

StepTable create_timing(const Group& root) {
  const Group group = root.create_group("timing");
  set_nexus_data(group, kTimingColumn.name, {"step", "phase"});
  const h5::Dataset axis = create_phase_axis(group);
  return {group, {&kTimingColumn, 1}, &axis};
}

std::optional<StepTable> create_buckets(const Group& root, const HistoryHeader& header) {
  if (header.buckets.empty()) return std::nullopt;
  const Group group = root.open_group("timing").create_group("buckets");
  set_nexus_data(group, "exposed_seconds", {"step", "bucket"});
  return create_bucket_table(group, header.buckets);
}

void write_model_column(const Group& group, const h5::Dataset& axis, const Description& column,
                        const std::vector<LayerInfo>& layers, std::int64_t LayerInfo::*member) {
  std::vector<std::int64_t> values;
  values.reserve(layers.size());
  for (const LayerInfo& layer : layers) values.push_back(layer.*member);
  write_fixed_column(group, axis, column, values);
}

struct SetAttribute {
  const Group& group;
  const std::string& name;
  void operator()(std::int64_t value) const { group.set_int(name, value); }
  void operator()(double value) const { group.set_real(name, value); }
  void operator()(const std::string& value) const { group.set_text(name, value); }
};

void write_theory(const Group& root, const HistoryHeader& header) {
  const std::vector<double>& ratios = header.theory.delta_rms_ratio;
  if (ratios.empty()) return;
  if (ratios.size() != header.layers.size()) {
    throw std::invalid_argument("a theory predicts as many layers as the header has");
  }
  const Group group = root.create_group("theory");
  set_nexus_data(group, kTheoryColumn.name, {"layer"});
  const h5::Dataset axis = create_layer_axis(group, header.layers);
  const auto dataset =
      group.create_dataset(kTheoryColumn.name, {h5::Type::Float64, {ratios.size()}, {}, false});
  dataset.write<double>(ratios);
  describe_dataset(dataset, kTheoryColumn);
  dataset.attach_scale(0, axis);
  for (const auto& [name, value] : header.theory.attributes) {
    std::visit(SetAttribute{group, name}, value);
  }
}

void write_model(const Group& root, const HistoryHeader& header) {
  const Group group = root.create_group("model");
  const h5::Dataset axis = create_layer_axis(group, header.layers);
  std::int64_t LayerInfo::*const members[] = {&LayerInfo::fan_in, &LayerInfo::fan_out,
                                              &LayerInfo::parameters};
  for (std::size_t i = 0; i < std::size(members); ++i) {
    write_model_column(group, axis, kModelColumns[i], header.layers, members[i]);
  }
  for (const auto& [name, value] : header.model) std::visit(SetAttribute{group, name}, value);
}

void write_text(const Group& group, const Description& description, const std::string& text) {
  const auto dataset = group.create_dataset(description.name, {h5::Type::String, {}, {}, false});
  dataset.write_strings({text});
  describe_dataset(dataset, description);
}

void write_config(const Group& root, const HistoryHeader& header) {
  const Group group = root.create_group("config");
  write_text(group, {"toml", kDimensionless, "study file as read"}, header.toml);
  write_text(group, {"resolved_json", kDimensionless, "settings of this run, every key resolved"},
             header.resolved_json);
  write_text(group, {"provenance_json", kDimensionless, "versions, flags, layout and environment"},
             header.provenance_json);
}

void write_root_attributes(const Group& root) {
  root.set_text("Conventions", "CF-1.9");
  root.set_text("schema", kHistorySchema);
  root.set_text("title", "Plumbline: gradient history of one network, by training step and layer");
  root.set_text("NX_class", "NXroot");
  root.set_text("default", "gradients");
}

}  // namespace

HistoryTables create_layout(const h5::File& file, const HistoryHeader& header) {
  const Group root = file.root();
  write_root_attributes(root);
  HistoryTables tables{
      create_gradients(root, header),
      create_activations(root, header),
      create_histograms(root, header),
      create_training(root),
      create_timing(root),
      create_curves(root, "evaluation", kEvaluationColumns),
      create_buckets(root, header),
  };
  write_model(root, header);
  write_theory(root, header);
  write_config(root, header);
  static_cast<void>(root.create_group("snapshots"));
  return tables;
}

}  // namespace plumb::record
