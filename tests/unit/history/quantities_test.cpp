// The table of quantities: what the code above takes for granted of it, and docs/result-files.md.
#include "history/quantities.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "history/rows.hpp"

namespace plumb::history {
namespace {

/// Over what a quantity is recorded, by the letters of docs/result-files.md.
struct Axes {
  std::string operator()(PerLayer) const { return "(S,L)"; }
  std::string operator()(PerStep) const { return "(S)"; }
  std::string operator()(PerEvaluation) const { return "(S)"; }
  std::string operator()(PerPhase) const { return "(S,P)"; }
  std::string operator()(PerBucket) const { return "(S,B)"; }
  std::string operator()(PerExponent) const { return "(S,L,E)"; }
  std::string operator()(OfLayer) const { return "(L)"; }
  std::string operator()(OfBucket) const { return "(B)"; }
  std::string operator()(OfTheory) const { return "(L)"; }
};

std::string type_of(const Quantity& quantity) {
  if (std::holds_alternative<PerExponent>(quantity.source)) return "uint64";
  return quantity.integer ? "int64" : "float64";
}

std::string table_as_markdown() {
  std::string text = "| dataset | over | type | unit | meaning |\n|---|---|---|---|---|\n";
  for (const Quantity& quantity : quantities()) {
    text += fmt::format("| `/{}/{}` | {} | {} | {} | {} |\n", core::name_of(quantity.group),
                        quantity.name, std::visit(Axes{}, quantity.source), type_of(quantity),
                        quantity.unit, quantity.meaning);
  }
  return text;
}

std::string text_of(const std::string& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

// PLUMB_WRITE_DOCS=1 brings the document up to date in place of failing.
TEST(quantities, are_listed_in_the_documentation_as_in_the_table) {
  const std::string file = std::string(PLUMB_SOURCE_DIR) + "/docs/result-files.md";
  const std::string begin = "<!-- quantities -->\n";
  const std::string end = "<!-- end of quantities -->\n";
  std::string text = text_of(file);
  const auto first = text.find(begin);
  const auto last = text.find(end);
  ASSERT_TRUE(first != std::string::npos && last != std::string::npos) << file;
  const auto start = first + begin.size();
  const std::string written = text.substr(start, last - start);
  if (std::getenv("PLUMB_WRITE_DOCS") != nullptr) {
    std::ofstream(file) << text.replace(start, last - start, table_as_markdown());
    return;
  }
  EXPECT_EQ(written, table_as_markdown())
      << "PLUMB_WRITE_DOCS=1 unit_history brings docs/result-files.md up to date";
}

template <class S>
void expect_together() {
  std::size_t found = 0;
  for (const Quantity& quantity : quantities()) {
    if (std::holds_alternative<S>(quantity.source)) ++found;
  }
  EXPECT_EQ(quantities_of<S>().size(), found);
  std::size_t in_groups = 0;
  for (const auto& group : core::names_of<Group>()) {
    in_groups += quantities_of<S>(group.value).size();
  }
  EXPECT_EQ(in_groups, found);
}

TEST(quantities, of_one_source_and_group_stand_together) {
  expect_together<PerLayer>();
  expect_together<PerStep>();
  expect_together<PerEvaluation>();
  expect_together<PerPhase>();
  expect_together<PerBucket>();
  expect_together<PerExponent>();
  expect_together<OfLayer>();
  expect_together<OfBucket>();
  expect_together<OfTheory>();
}

TEST(quantities, of_a_layer_or_a_step_have_names_of_their_own) {
  for (const auto& all : {quantities_of<PerLayer>(), quantities_of<PerStep>()}) {
    std::set<std::string> names;
    for (const Quantity& quantity : all) names.insert(quantity.name);
    EXPECT_EQ(names.size(), all.size());
  }
}

TEST(quantities, a_row_is_read_by_their_names) {
  StepRow row(7, 2);
  row.at(1, "delta_rms") = 3;
  row.at("loss") = 4;
  EXPECT_EQ(row.layers[1][0], 3);
  EXPECT_EQ(row.values[0], 4);
  EXPECT_THROW(row.at("delta_rms"), std::out_of_range);
  EXPECT_THROW(row.at(2, "delta_rms"), std::out_of_range);
}

// Of numbers of 8 bytes: the layers' values, 7 curves, 8 phases, and the axis `step` of /gradients,
// /activations, /training and /timing; with buckets three times of each and one more axis.
TEST(quantities, of_a_step_take_as_many_bytes_as_a_row_of_each_dataset) {
  const std::size_t per_layer = quantities_of<PerLayer>().size();
  EXPECT_EQ(bytes_per_step(5, 0), 8 * (5 * per_layer + 7 + 8 + 4));
  EXPECT_EQ(bytes_per_step(5, 6), 8 * (5 * per_layer + 7 + 8 + 4 + 6 * 3 + 1));
  EXPECT_EQ(bytes_per_histogram(5), 8 * (5 * 2 * 279 + 1));
}

}  // namespace
}  // namespace plumb::history
