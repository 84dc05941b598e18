#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "study_testing.hpp"

namespace plumb::study {
namespace {

namespace fs = std::filesystem;

// CMake compiles with absolute paths: the tree is four levels above this file.
fs::path project() { return PLUMB_SOURCE_DIR; }

std::string text_of(const fs::path& file) {
  std::ifstream stream(file);
  EXPECT_TRUE(stream) << file;
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

Study shipped(const std::string& name) {
  const fs::path file = project() / "jobs" / "studies" / name;
  return parse_study(text_of(file), file.string(), {});
}

TEST(shipped_studies, are_all_valid) {
  std::size_t count = 0;
  for (const auto& entry : fs::directory_iterator(project() / "jobs" / "studies")) {
    if (entry.path().extension() != ".toml") continue;
    EXPECT_FALSE(shipped(entry.path().filename().string()).runs.empty()) << entry.path();
    ++count;
  }
  EXPECT_GE(count, 2U);
}

TEST(shipped_studies, compare_four_activations_at_three_depths_up_to_30_or_more) {
  const Study study = shipped("sigmoid_vs_relu.toml");
  std::set<math::Activation> activations;
  std::set<std::size_t> depths;
  for (const RunSettings& run : study.runs) {
    activations.insert(run.network.activation);
    depths.insert(run.network.depth);
    EXPECT_EQ(run.network.init, net::Init::He);
    EXPECT_EQ(run.data.source, data::Source::Shapes);
  }
  EXPECT_EQ(study.runs.size(), 12U);
  EXPECT_EQ(activations.size(), 4U);
  EXPECT_EQ(depths.size(), 3U);
  EXPECT_GE(*depths.rbegin(), 30U);
}

TEST(shipped_studies, read_mnist_with_two_layers_of_256_relu) {
  const Study study = shipped("mnist.toml");
  ASSERT_EQ(study.runs.size(), 1U);
  EXPECT_EQ(study.runs[0].label, "relu-he-2x256");
  EXPECT_EQ(study.runs[0].data.source, data::Source::Idx);
}

}  // namespace
}  // namespace plumb::study
