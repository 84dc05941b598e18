// A history as versions before theory and histograms wrote it: the datasets that were there then,
// and none that came since. Written by hand, so that it stays as it was.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "h5/file.hpp"

namespace plumb::testing {

class OldHistory {
 public:
  explicit OldHistory(const std::filesystem::path& path) : file_(h5::File::create(path)) {
    const h5::Group root = file_.root();
    root.set_text("schema", "plumbline.history/1");
    root.set_text("status", "completed");
    root.set_int("diverged_step", -1);
    write_gradients(root.create_group("gradients"));
    const h5::Group training = root.create_group("training");
    write(training, "step", {0, 1}, {2});
    write(training, "loss", {2.5, 1.25}, {2});
    const h5::Group evaluation = root.create_group("evaluation");
    write(evaluation, "step", {2}, {1});
    write(evaluation, "loss", {0.75}, {1});
    write(evaluation, "accuracy", {0.875}, {1});
    root.create_group("model").set_text("family", "mlp");
    static_cast<void>(root.create_group("snapshots"));
    write_config(root.create_group("config"));
  }

 private:
  static void write(const h5::Group& group, const std::string& name,
                    const std::vector<double>& values, const std::vector<std::uint64_t>& dims) {
    const h5::Type type = name == "step" ? h5::Type::Int64 : h5::Type::Float64;
    // Grown by rows, as a run does.
    std::vector<std::uint64_t> start = dims;
    start[0] = 0;
    group.create_dataset(name, {type, start, dims, true}).append<double>(values);
  }

  static void write_gradients(const h5::Group& group) {
    write(group, "step", {0, 1}, {2});
    group.create_dataset("layer_name", {h5::Type::String, {3}, {}, false})
        .write_strings({"hidden_1", "hidden_2", "output"});
    write(group, "delta_rms", {0.25, 0.5, 1, 0.25, 0.5, 1}, {2, 3});
    write(group, "weight_gradient_norm", {3, 1, 1, 2, 1, 1}, {2, 3});
  }

  static void write_config(const h5::Group& group) {
    for (const char* name : {"toml", "resolved_json", "provenance_json"}) {
      group.create_dataset(name, {h5::Type::String, {}, {}, false})
          .write_strings({R"({"network.depth": 2, "network.activation": "relu"})"});
    }
  }

  h5::File file_;
};

}  // namespace plumb::testing
