#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "study/key.hpp"
#include "study_testing.hpp"

namespace plumb::study {
namespace {

using testing::parse;

TEST(settings_json, is_one_flat_object_of_every_key_in_the_order_of_the_contract) {
  EXPECT_EQ(
      settings_json(parse("").runs[0]),
      R"({"study.name":"study","network.family":"mlp","network.depth":10,)"
      R"("network.width":128,"network.activation":"sigmoid","network.negative_slope":0.01,)"
      R"("network.init":"glorot","network.weight_variance":1.0,"network.bias_variance":0.0,)"
      R"("network.residual":false,"network.kernel":3,"network.pooling":"max",)"
      R"("network.pool_every":2,"network.recurrent_gain":1.0,)"
      R"("data.source":"shapes","data.path":"","data.test_path":"","data.samples":0,"data.transpose":false,)"
      R"("data.label":"last","data.drop":"","data.missing":"error",)"
      R"("data.scale":"standard","data.test_fraction":0.0,"data.task":"classification",)"
      R"("data.inputs":784,"data.classes":10,"train.batch":256,"train.slice":32,)"
      R"("train.steps":100,"train.learning_rate":0.1,"train.momentum":0.0,)"
      R"("train.weight_decay":0.0,"train.loss":"softmax_cross_entropy",)"
      R"("train.precision":"float32","train.evaluate_every":0,"train.seed":1,)"
      R"("train.optimizer":"sgd","train.beta1":0.9,"train.beta2":0.999,)"
      R"("train.epsilon":1e-08,"train.gradient_format":"float32","train.loss_scale":1.0,)"
      R"("train.gradient_clip":0.0,"record.every":1,"record.histogram_every":10,)"
      R"("record.snapshot_steps":[],"record.buckets":false,"allreduce.algorithm":"tree",)"
      R"("allreduce.bucket_kib":2048,"allreduce.overlap":true,"allreduce.wire":"float32",)"
      R"("allreduce.stall_seconds":30.0})");
}

TEST(settings_json, holds_what_the_run_resolved_to) {
  const Study study =
      parse("network.depth = [2, 4]\nrecord.snapshot_steps = [7, 3]\nallreduce.algorithm = 'mpi'",
            {"train.seed=12"});
  const auto json = nlohmann::json::parse(settings_json(study.runs[1]));
  EXPECT_EQ(json["network.depth"], 4);
  EXPECT_EQ(json["record.snapshot_steps"], (std::vector<int>{3, 7}));
  EXPECT_EQ(json["allreduce.algorithm"], "mpi");
  EXPECT_EQ(json["train.seed"], 12);
  EXPECT_EQ(json.size(), key_table().size());
}

TEST(settings_json, written_as_a_study_gives_the_same_run_again) {
  // Keys without effect may not be given: no run uses them all, and only what differs from the
  // defaults is written.
  const auto defaults = nlohmann::ordered_json::parse(settings_json(parse("").runs[0]));
  for (const std::string text : {
           "network = {activation = 'leaky_relu', init = 'scaled', weight_variance = 1.1}\n"
           "data = {source = 'teacher', inputs = 5}\n"
           "train = {learning_rate = 0.30000000000000004, seed = 9223372036854775807}",
           "network = {family = 'cnn', depth = 3, residual = true, kernel = 5, pool_every = 1}\n"
           "train = {optimizer = 'adam', epsilon = 1e-7, loss_scale = 1024.5}",
           "network = {family = 'rnn', depth = 3, init = 'identity', recurrent_gain = 1.1}\n"
           "data.source = 'adding'\ntrain = {loss_scale = 'dynamic', gradient_clip = 1}\n"
           "record = {histogram_every = 3, snapshot_steps = [0, 7]}",
           "network.width = [[5, 3]]",
           "record.buckets = true\nallreduce = {bucket_kib = 16, overlap = false, "
           "wire = 'float16', stall_seconds = 0.1}",
       }) {
    const RunSettings run = parse(text).runs[0];
    std::vector<std::string> overrides;
    const auto json = nlohmann::ordered_json::parse(settings_json(run));
    for (const auto& [key, value] : json.items()) {
      // A list of the widths of one network would be a sweep, see LayerWidths.
      const bool nested = key == "network.width" && value.is_array();
      const std::string word = nested ? "[" + value.dump() + "]" : value.dump();
      if (value != defaults[key]) overrides.push_back(key + "=" + word);
    }
    EXPECT_EQ(settings_json(parse("", overrides).runs[0]), settings_json(run)) << text;
  }
}

TEST(settings_json, escapes_paths) {
  const RunSettings run = parse("data = {source = 'idx', path = 'a\"\\b\u00e4'}").runs[0];
  EXPECT_EQ(nlohmann::json::parse(settings_json(run))["data.path"], "a\"\\b\u00e4");
}

TEST(names, are_those_of_the_contract) {
  EXPECT_EQ(core::name_of(net::Family::Mlp), "mlp");
  EXPECT_EQ(core::name_of(math::Activation::LeakyRelu), "leaky_relu");
  EXPECT_EQ(core::name_of(net::Init::UnitUniform), "unit_uniform");
  EXPECT_EQ(core::name_of(net::Loss::MeanSquaredError), "mean_squared_error");
  EXPECT_EQ(core::name_of(data::Source::Teacher), "teacher");
  EXPECT_EQ(core::name_of(train::Precision::Float64), "float64");
  EXPECT_EQ(core::name_of(train::AllreduceAlgorithm::Mpi), "mpi");
  EXPECT_EQ(core::name_of(math::NumberFormat::Float32), "float32");
  EXPECT_EQ(core::name_of(math::NumberFormat::BFloat16), "bfloat16");
  EXPECT_EQ(core::name_of(math::NumberFormat::Float16), "float16");
  EXPECT_EQ(core::name_of(net::Family::Rnn), "rnn");
  EXPECT_EQ(core::name_of(net::Init::Identity), "identity");
  EXPECT_EQ(core::name_of(net::Pooling::Average), "average");
  EXPECT_EQ(core::name_of(data::Source::Adding), "adding");
  EXPECT_EQ(core::name_of(train::Optimizer::Adam), "adam");
  EXPECT_EQ(core::name_of(train::Optimizer::Nesterov), "nesterov");
  EXPECT_EQ(core::name_of(math::NumberFormat::BFloat16), "bfloat16");
}

}  // namespace
}  // namespace plumb::study
