// What the writer is given, the reader gives back: every dataset of the contract.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "../h5/temporary_folder.hpp"
#include "record/history_reader.hpp"
#include "sample_history.hpp"

namespace plumb::record {
namespace {

using namespace plumb::testing;

class history_round_trip : public ::testing::Test {
 protected:
  static constexpr std::uint64_t kSteps = 5;
  history_round_trip() { write_sample_history(folder_ / "0000-sample.h5", kSteps); }
  [[nodiscard]] HistoryReader reader() const { return HistoryReader(folder_ / "0000-sample.h5"); }

  void expect_layer_columns(const std::string& group, const std::vector<std::string>& names,
                            int first_column) const {
    const HistoryReader history = reader();
    for (std::size_t c = 0; c < names.size(); ++c) {
      const Table table = history.table(group + "/" + names[c]);
      ASSERT_EQ(table.rows, static_cast<std::size_t>(kSteps)) << names[c];
      ASSERT_EQ(table.cols, kSampleLayers) << names[c];
      for (std::size_t s = 0; s < table.rows; ++s) {
        for (std::size_t l = 0; l < table.cols; ++l) {
          double wanted = sample_value(s, l, first_column + static_cast<int>(c));
          if (names[c] == "nonfinite_count") wanted = std::floor(wanted);
          EXPECT_EQ(table.at(s, l), wanted) << names[c] << " " << s << " " << l;
        }
      }
    }
  }

  TemporaryFolder folder_;
};

TEST_F(history_round_trip, keeps_every_column_of_the_gradients) {
  expect_layer_columns(
      "gradients",
      {"delta_rms", "delta_mean_norm", "weight_gradient_norm", "bias_gradient_norm",
       "weight_gradient_max", "weight_norm", "update_ratio", "unchanged_fraction", "zero_fraction",
       "nonfinite_count", "noise_scale", "delta_cosine"},
      0);
}

TEST_F(history_round_trip, keeps_every_column_of_the_activations) {
  expect_layer_columns("activations", {"mean", "std", "saturated_fraction", "dead_fraction"}, 12);
}

TEST_F(history_round_trip, stores_the_types_of_the_contract) {
  const HistoryReader history = reader();
  const h5::Group root = history.root();
  EXPECT_EQ(root.open_dataset("gradients/nonfinite_count").type(), h5::Type::Int64);
  EXPECT_EQ(root.open_dataset("gradients/delta_rms").type(), h5::Type::Float64);
  EXPECT_EQ(root.open_dataset("gradients/step").type(), h5::Type::Int64);
  EXPECT_EQ(root.open_dataset("gradients/layer_name").type(), h5::Type::String);
  EXPECT_EQ(root.open_dataset("gradients/noise_scale").type(), h5::Type::Float64);
  EXPECT_EQ(root.open_dataset("histograms/weight_gradient").type(), h5::Type::Uint64);
  EXPECT_EQ(root.open_dataset("histograms/delta").type(), h5::Type::Uint64);
  EXPECT_EQ(root.open_dataset("histograms/exponent").type(), h5::Type::Int64);
  EXPECT_EQ(root.open_dataset("theory/delta_rms_ratio").type(), h5::Type::Float64);
  EXPECT_EQ(root.open_dataset("model/fan_in").type(), h5::Type::Int64);
}

TEST_F(history_round_trip, keeps_the_training_curves) {
  const HistoryReader history = reader();
  const Table loss = history.table("training/loss");
  ASSERT_EQ(loss.rows, 5U);
  for (std::size_t s = 0; s < 5; ++s) EXPECT_EQ(loss.at(s, 0), 2.0 / static_cast<double>(1 + s));
  EXPECT_EQ(history.table("training/accuracy").values, std::vector<double>(5, 0.25));
  EXPECT_EQ(history.table("training/learning_rate").values, std::vector<double>(5, 0.5));
  EXPECT_EQ(history.table("training/gradient_norm").values, (std::vector<double>{3, 4, 5, 6, 7}));
  EXPECT_EQ(history.table("training/clip_factor").values, std::vector<double>(5, 0.75));
  EXPECT_EQ(history.table("training/loss_scale").values, std::vector<double>(5, 1024));
  EXPECT_EQ(history.table("training/noise_scale").values,
            (std::vector<double>{50, 51, 52, 53, 54}));
  EXPECT_EQ(history.steps("training"), (std::vector<std::int64_t>{0, 1, 2, 3, 4}));
}

TEST_F(history_round_trip, keeps_every_count_of_the_histograms) {
  const HistoryReader history = reader();
  EXPECT_EQ(history.steps("histograms"), (std::vector<std::int64_t>{0, 2, 4}));
  for (const int column : {0, 1}) {
    const Histograms histograms =
        history.histograms(column == 0 ? "histograms/weight_gradient" : "histograms/delta");
    ASSERT_EQ(histograms.steps, 3U);
    ASSERT_EQ(histograms.layers, kSampleLayers);
    ASSERT_EQ(histograms.exponents, 279U);
    for (std::size_t s = 0; s < 3; ++s) {
      for (std::size_t l = 0; l < kSampleLayers; ++l) {
        for (int e = -150; e <= 128; ++e) {
          EXPECT_EQ(histograms.at(s, l)[static_cast<std::size_t>(e + 150)],
                    sample_count(2 * s, l, column, e));
        }
      }
    }
  }
}

TEST_F(history_round_trip, says_which_exponent_a_count_belongs_to) {
  const HistoryReader history = reader();
  const h5::Group group = history.root().open_group("histograms");
  const auto exponents = group.open_dataset("exponent").read<std::int64_t>();
  ASSERT_EQ(exponents.size(), 279U);
  for (std::size_t i = 0; i < exponents.size(); ++i) {
    EXPECT_EQ(exponents[i], static_cast<std::int64_t>(i) - 150);
  }
  EXPECT_EQ(group.open_dataset("delta").scale_names(),
            (std::vector<std::string>{"step", "layer", "exponent"}));
  EXPECT_EQ(group.attribute("NX_class"), h5::AttributeValue(std::string("NXdata")));
  EXPECT_EQ(group.attribute("signal"), h5::AttributeValue(std::string("weight_gradient")));
  EXPECT_EQ(group.attribute("axes"),
            h5::AttributeValue(std::vector<std::string>{"step", "layer", "exponent"}));
}

TEST_F(history_round_trip, keeps_what_theory_predicts) {
  const HistoryReader history = reader();
  const Table ratio = history.table("theory/delta_rms_ratio");
  ASSERT_EQ(ratio.rows, kSampleLayers);
  EXPECT_EQ(ratio.at(0, 0), 0.375);
  EXPECT_EQ(ratio.at(1, 0), 0.5);
  EXPECT_TRUE(std::isnan(ratio.at(2, 0)));
  EXPECT_EQ(history.root().open_dataset("theory/delta_rms_ratio").scale_names(),
            std::vector<std::string>{"layer"});
  const auto theory = history.theory_attributes();
  EXPECT_EQ(theory.size(), 3U);
  EXPECT_EQ(theory.at("q_star"), h5::AttributeValue(0.264687));
  EXPECT_TRUE(std::isnan(std::get<double>(theory.at("chi_1"))));
  EXPECT_EQ(theory.at("assumptions"),
            h5::AttributeValue(std::string("independent weights, large width")));
}

TEST_F(history_round_trip, keeps_the_evaluation) {
  const HistoryReader history = reader();
  EXPECT_EQ(history.steps("evaluation"), std::vector<std::int64_t>{kSteps});
  EXPECT_EQ(history.table("evaluation/loss").values, std::vector<double>{0.75});
  EXPECT_EQ(history.table("evaluation/accuracy").values, std::vector<double>{0.5});
}

TEST_F(history_round_trip, keeps_the_time_of_every_phase) {
  const HistoryReader history = reader();
  const Table seconds = history.table("timing/seconds");
  ASSERT_EQ(seconds.rows, 5U);
  ASSERT_EQ(seconds.cols, std::size(history::kPhases));
  for (std::size_t s = 0; s < seconds.rows; ++s) {
    const auto row = sample_timing(s);
    for (std::size_t p = 0; p < seconds.cols; ++p) EXPECT_EQ(seconds.at(s, p), row.seconds[p]);
  }
  EXPECT_EQ(history.root().open_dataset("timing/phase").read_strings(),
            core::all_names<history::Phase>());
}

TEST_F(history_round_trip, numbers_the_layers_from_one_and_names_them) {
  const HistoryReader history = reader();
  EXPECT_EQ(history.root().open_dataset("gradients/layer").read<std::int64_t>(),
            (std::vector<std::int64_t>{1, 2, 3}));
  EXPECT_EQ(history.layer_names(), (std::vector<std::string>{"hidden_1", "hidden_2", "output"}));
}

TEST_F(history_round_trip, keeps_the_network_and_the_texts) {
  const HistoryReader history = reader();
  EXPECT_EQ(history.table("model/fan_in").values, (std::vector<double>{4, 3, 3}));
  EXPECT_EQ(history.table("model/fan_out").values, (std::vector<double>{3, 3, 2}));
  EXPECT_EQ(history.table("model/parameters").values, (std::vector<double>{15, 12, 8}));
  const auto model = history.model_attributes();
  EXPECT_EQ(model.at("activation"), h5::AttributeValue(std::string("sigmoid")));
  EXPECT_EQ(model.at("depth"), h5::AttributeValue(std::int64_t{2}));
  EXPECT_EQ(model.at("weight_variance"), h5::AttributeValue(1.5));
  EXPECT_EQ(history.toml(), sample_header().toml);
  EXPECT_EQ(history.resolved_json(), sample_header().resolved_json);
  EXPECT_EQ(history.provenance_json(), sample_header().provenance_json);
}

TEST_F(history_round_trip, opens_as_a_heatmap_in_powers_of_ten) {
  const HistoryReader history = reader();
  const h5::Group root = history.root();
  EXPECT_EQ(root.attribute("default"), h5::AttributeValue(std::string("gradients")));
  EXPECT_EQ(root.attribute("schema"), h5::AttributeValue(std::string("plumbline.history/1")));
  const h5::Group group = root.open_group("gradients");
  EXPECT_EQ(group.attribute("NX_class"), h5::AttributeValue(std::string("NXdata")));
  EXPECT_EQ(group.attribute("signal"), h5::AttributeValue(std::string("delta_rms")));
  EXPECT_EQ(group.attribute("axes"), h5::AttributeValue(std::vector<std::string>{"step", "layer"}));
  EXPECT_EQ(group.attribute("SILX_style"),
            h5::AttributeValue(std::string(R"({"signal_scale_type": "log"})")));
}

void expect_described(const h5::Group& group) {
  for (const std::string& name : group.dataset_names()) {
    const h5::Dataset dataset = group.open_dataset(name);
    for (const char* attribute : {"units", "long_name"}) {
      const auto value = dataset.attribute(attribute);
      const auto* text = std::get_if<std::string>(&value);
      EXPECT_TRUE(text != nullptr && !text->empty()) << dataset.path() << " " << attribute;
    }
    if (dataset.is_scale()) continue;
    for (const std::string& scale : dataset.scale_names()) {
      EXPECT_TRUE(group.has(scale)) << dataset.path() << ": an axis without a scale in its group";
    }
  }
  for (const std::string& name : group.group_names()) expect_described(group.open_group(name));
}

TEST_F(history_round_trip, has_units_a_long_name_and_scales_on_every_dataset) {
  expect_described(reader().root());
}

TEST(history, keeps_numbers_that_are_not_finite_bit_by_bit) {
  const TemporaryFolder folder;
  const std::uint64_t bits = 0x7ff8'dead'beef'0001;
  const auto odd_nan = std::bit_cast<double>(bits);
  {
    HistoryWriter writer(folder / "a.h5", sample_header(), false);
    history::StepRow row = sample_row(0);
    row.at(1, "delta_rms") = odd_nan;
    row.at(2, "delta_rms") = -std::numeric_limits<double>::infinity();
    row.at(0, "delta_rms") = -0.0;
    writer.write(row);
    writer.finish({"diverged", 0});
  }
  const HistoryReader history(folder / "a.h5");
  const Table table = history.table("gradients/delta_rms");
  EXPECT_EQ(std::bit_cast<std::uint64_t>(table.at(0, 1)), bits);
  EXPECT_EQ(table.at(0, 2), -std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::signbit(table.at(0, 0)));
  EXPECT_EQ(history.status(), "diverged");
  EXPECT_EQ(history.diverged_step(), 0);
}

TEST(history, may_hold_no_step_at_all) {
  const TemporaryFolder folder;
  HistoryWriter(folder / "a.h5", sample_header(), false).finish({"stopped", -1});
  const HistoryReader history(folder / "a.h5");
  EXPECT_TRUE(history.steps().empty());
  EXPECT_EQ(history.table("gradients/delta_rms").rows, 0U);
  EXPECT_EQ(history.table("gradients/delta_rms").cols, kSampleLayers);
}

TEST(history, of_many_steps_crosses_chunks_and_flushes) {
  const TemporaryFolder folder;
  constexpr std::uint64_t kMany = 3000;  // chunks hold 1,024 rows, a flush comes after 256
  write_sample_history(folder / "a.h5", kMany);
  const HistoryReader history(folder / "a.h5");
  const auto steps = history.steps();
  ASSERT_EQ(steps.size(), static_cast<std::size_t>(kMany));
  const Table table = history.table("gradients/weight_norm");
  for (std::size_t s = 0; s < steps.size(); ++s) {
    ASSERT_EQ(steps[s], static_cast<std::int64_t>(s));
    ASSERT_EQ(table.at(s, 1), sample_value(steps[s], 1, 5));
  }
}

TEST(history, refuses_rows_with_another_number_of_layers) {
  const TemporaryFolder folder;
  HistoryWriter writer(folder / "a.h5", sample_header(), false);
  history::StepRow row = sample_row(0);
  row.layers.pop_back();
  EXPECT_THROW(writer.write(row), std::invalid_argument);
  history::HistogramRow histograms = sample_histograms(0);
  histograms.layers.pop_back();
  EXPECT_THROW(writer.write_histograms(histograms), std::invalid_argument);
}

TEST(history, refuses_a_theory_of_another_number_of_layers) {
  const TemporaryFolder folder;
  history::HistoryHeader header = sample_header();
  header.theory.delta_rms_ratio.pop_back();
  EXPECT_THROW(HistoryWriter(folder / "a.h5", header, false), std::invalid_argument);
}

TEST(history, has_no_theory_where_there_is_none) {
  const TemporaryFolder folder;
  history::HistoryHeader header = sample_header();
  header.theory = {};
  write_sample_history(folder / "a.h5", 1, header);
  const HistoryReader history(folder / "a.h5");
  EXPECT_FALSE(history.has("theory"));
  EXPECT_TRUE(history.theory_attributes().empty());
}

TEST(history, takes_little_room_for_histograms) {
  const TemporaryFolder folder;
  constexpr std::uint64_t kRows = 200;
  const auto file_bytes = [&](const char* name, std::uint64_t rows) {
    HistoryWriter writer(folder / name, sample_header(), false);
    for (std::uint64_t row = 0; row < rows; ++row) writer.write_histograms(sample_histograms(row));
    writer.finish({"completed", -1});
    return std::filesystem::file_size(folder / name);
  };
  // Of 279 counts 11 are not zero: a twelfth of the bytes is what listing their places and values
  // would about take.
  const std::size_t bytes = file_bytes("rows.h5", kRows) - file_bytes("none.h5", 0);
  EXPECT_LT(bytes, kRows * kSampleLayers * sizeof(history::LayerHistograms) / 12);
}

}  // namespace
}  // namespace plumb::record
