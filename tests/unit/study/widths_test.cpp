// Layers of different widths: a list inside the list, apart from a sweep.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "study_testing.hpp"

namespace plumb::study {
namespace {

using testing::error_of;
using testing::labels_of;
using testing::parse;
using Labels = std::vector<std::string>;
using Widths = std::vector<std::size_t>;

constexpr const char* kAllowed =
    "; allowed: an integer from 1 to 65536, or one for each hidden layer as in [[512, 256, 128]]";

TEST(widths, in_a_list_of_their_own_are_one_network_and_say_its_depth) {
  const Study study = parse("network.width = [[512, 256, 128]]");
  EXPECT_EQ(labels_of(study), (Labels{"sigmoid-glorot-3x512-256-128"}));
  EXPECT_EQ(study.runs[0].network.depth, 3U);
  EXPECT_EQ(study.runs[0].network.width, 512U);
  EXPECT_EQ(study.runs[0].network.widths, (Widths{512, 256, 128}));
  const auto json = nlohmann::json::parse(settings_json(study.runs[0]));
  EXPECT_EQ(json["network.width"], (std::vector<int>{512, 256, 128}));
  EXPECT_EQ(json["network.depth"], 3);
  EXPECT_EQ(parse("network = {depth = 2, width = [[5, 9]]}").runs[0].network.width_of(1), 9U);
}

TEST(widths, are_swept_beside_numbers) {
  const Study study =
      parse("network.family = ['mlp', 'cnn']", {"network.width=[[512, 256], [64], 7]"});
  EXPECT_EQ(labels_of(study), (Labels{"sigmoid-glorot-2x512-256", "sigmoid-glorot-1x64",
                                      "sigmoid-glorot-10x7", "cnn-sigmoid-glorot-2x512-256",
                                      "cnn-sigmoid-glorot-1x64", "cnn-sigmoid-glorot-10x7"}));
  EXPECT_TRUE(study.runs[2].network.widths.empty());
  EXPECT_EQ(study.runs[2].network.width_of(9), 7U);
  EXPECT_EQ(labels_of(parse("network.width = [[9, 8, 7, 6, 5, 4, 3]]")),
            (Labels{"sigmoid-glorot-7x9-to-3"}));
  EXPECT_EQ(error_of("network.width = [[9, 8], [9, 8]]"),
            "study.toml:1: network.width holds [9, 8] twice; allowed: different values");
}

TEST(widths, of_an_override_leave_no_depth_to_the_file) {
  const Study study = parse("network.depth = 10", {"network.width=[[4, 3]]"});
  EXPECT_EQ(study.runs[0].network.depth, 2U);
  EXPECT_EQ(error_of("network.width = [[4, 3]]", {"network.depth=3"}),
            "study.toml:1: network.width = [4, 3] has the widths of 2 hidden layers, network.depth "
            "= 3 (--set network.depth=3); allowed: as many widths as network.depth, or no "
            "network.depth beside them");
}

TEST(widths, that_do_not_fit_the_network_are_refused) {
  EXPECT_EQ(error_of("[network]\ndepth = 10\nwidth = [[512, 256, 128]]"),
            "study.toml:3: network.width = [512, 256, 128] has the widths of 3 hidden layers, "
            "network.depth = 10 (study.toml:2); allowed: as many widths as network.depth, or no "
            "network.depth beside them");
  EXPECT_EQ(error_of("network = {family = 'rnn', width = [[8, 4]]}"),
            "study.toml:1: network.width = [8, 4] cannot be combined with network.family = rnn "
            "(study.toml:1): its time steps share their weights; allowed: one integer with "
            "network.family = rnn");
  EXPECT_EQ(error_of("network.width = [[8, 4]]\nnetwork.residual = true"),
            "study.toml:2: network.residual = true cannot be combined with network.width = [8, 4] "
            "(study.toml:1): a skip adds a layer's input to its output; allowed: true only with "
            "two or more layers of one width");
  EXPECT_EQ(error_of("network.width = [[8]]\nnetwork.residual = true").substr(0, 38),
            "study.toml:2: network.residual = true ");
  EXPECT_EQ(error_of("network.width = [[8, 8]]\nnetwork.residual = true"), "accepted");
  EXPECT_EQ(error_of("network = {family = 'cnn', width = [[8, 8]], pool_every = 3}"),
            "study.toml:1: network.pool_every = 3 has no effect, network.depth is 2 (the widths of "
            "study.toml:1); allowed: an integer from 1 to 2");
}

TEST(widths, that_are_no_widths_are_refused) {
  EXPECT_EQ(error_of("network.width = [[]]"),
            std::string("study.toml:1: network.width holds the widths of 0 layers") + kAllowed);
  EXPECT_EQ(error_of("network.width = [[8,\n0]]"),
            std::string("study.toml:2: network.width = 0 is out of range") + kAllowed);
  EXPECT_EQ(error_of("network.width = [[[8]]]"),
            std::string("study.toml:1: network.width must be an integer, not a list") + kAllowed);
  EXPECT_EQ(error_of("network.width = '512-256'"),
            std::string("study.toml:1: network.width must be an integer, not the string "
                        "\"512-256\"") +
                kAllowed);
}

TEST(widths, as_many_as_layers_without_their_own_list_are_a_sweep_that_says_so) {
  const Study study = parse("[network]\ndepth = 2\nwidth = [128, 64]");
  EXPECT_EQ(study.runs.size(), 2U);
  EXPECT_EQ(study.hints,
            (Labels{"study.toml:3: network.width = [128, 64] is a sweep of 2 networks, each with 2 "
                    "layers of one width; one network whose layers have these widths is "
                    "network.width = [[128, 64]]"}));
  for (const char* clear : {"network = {depth = 3, width = [128, 64]}", "network.width = [128, 64]",
                            "network = {depth = 2, width = [[128, 64]]}",
                            "network = {depth = [2, 3], width = [128, 64]}",
                            "network = {family = 'rnn', depth = 2, width = [128, 64]}",
                            "network = {depth = 1, width = [128]}"}) {
    EXPECT_TRUE(parse(clear).hints.empty()) << clear;
  }
}

}  // namespace
}  // namespace plumb::study
