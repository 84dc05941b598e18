#include "report/exact_compare.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <functional>
#include <limits>

#include "../h5/temporary_folder.hpp"
#include "../record/sample_history.hpp"
#include "core/error.hpp"
#include "old_history.hpp"

namespace plumb::report {
namespace {

using namespace plumb::testing;

// A history of three steps; `change` may alter the row of step 1.
using Change = std::function<void(history::StepRow&)>;

void write_changed(const std::filesystem::path& path, const Change& change,
                   const history::HistoryHeader& header = sample_header()) {
  record::HistoryWriter writer(path, header, false);
  for (std::uint64_t step = 0; step < 3; ++step) {
    history::StepRow row = sample_row(step);
    if (step == 1) change(row);
    writer.write(row);
  }
  writer.finish({"completed", -1});
}

class exact_compare : public ::testing::Test {
 protected:
  exact_compare() : a_(folder_ / "a.h5"), b_(folder_ / "b.h5") {}

  std::string difference_after(const Change& change) {
    write_changed(a_, [](history::StepRow&) {});
    write_changed(b_, change);
    return first_difference(a_, b_).value_or("");
  }

  TemporaryFolder folder_;
  std::filesystem::path a_;
  std::filesystem::path b_;
};

TEST_F(exact_compare, finds_nothing_between_two_writings_of_the_same) {
  EXPECT_EQ(difference_after([](history::StepRow&) {}), "");
}

TEST_F(exact_compare, finds_one_unit_in_the_last_place_and_names_it) {
  const std::string difference = difference_after([](history::StepRow& row) {
    row.at(2, "update_ratio") = std::nextafter(row.at(2, "update_ratio"), 0.0);
  });
  const double value = sample_value(1, 2, 6);
  EXPECT_EQ(
      difference,
      fmt::format("/gradients/update_ratio at step 1, layer 3: {} ({:a}) in {}, {} ({:a}) in {}",
                  value, value, a_.string(), std::nextafter(value, 0.0), std::nextafter(value, 0.0),
                  b_.string()));
}

TEST_F(exact_compare, tells_minus_zero_from_zero) {
  write_changed(a_, [](history::StepRow& row) { row.at("loss") = 0.0; });
  write_changed(b_, [](history::StepRow& row) { row.at("loss") = -0.0; });
  EXPECT_EQ(first_difference(a_, b_).value_or(""), "/training/loss at step 1: 0 (0x0p+0) in " +
                                                       a_.string() + ", -0 (-0x0p+0) in " +
                                                       b_.string());
}

TEST_F(exact_compare, takes_nan_as_equal_only_with_the_same_bits) {
  const double nan = std::bit_cast<double>(0x7ff8'0000'0000'0000U);
  const double other = std::bit_cast<double>(0x7ff8'0000'0000'0001U);
  const auto file_with = [&](const std::string& name, double value) {
    write_changed(folder_ / name, [value](history::StepRow& row) { row.at("loss") = value; });
    return folder_ / name;
  };
  EXPECT_FALSE(first_difference(file_with("c.h5", nan), file_with("d.h5", nan)).has_value());
  const auto difference = first_difference(folder_ / "c.h5", file_with("e.h5", other));
  EXPECT_NE(difference.value_or("").find("nan (bits 7ff8000000000001)"), std::string::npos);
}

TEST_F(exact_compare, finds_a_different_integer) {
  const std::string difference =
      difference_after([](history::StepRow& row) { row.at(0, "nonfinite_count") = 7; });
  EXPECT_EQ(difference.rfind("/gradients/nonfinite_count at step 1, layer 1: 1009 in ", 0), 0U)
      << difference;
}

void write_with_count(const std::filesystem::path& path, std::uint64_t count) {
  record::HistoryWriter writer(path, sample_header(), false);
  history::HistogramRow row = sample_histograms(6);
  row.layers[1].delta[150 - 24] = count;
  writer.write_histograms(row);
  writer.finish({"completed", -1});
}

TEST_F(exact_compare, finds_one_count_of_a_histogram_and_names_its_place) {
  // Both are the same float64.
  write_with_count(a_, (std::uint64_t{1} << 60) + 1);
  write_with_count(b_, std::uint64_t{1} << 60);
  EXPECT_EQ(first_difference(a_, b_).value_or(""),
            "/histograms/delta at step 6, layer 2, exponent -24: 1152921504606846977 in " +
                a_.string() + ", 1152921504606846976 in " + b_.string());
}

TEST_F(exact_compare, compares_what_theory_predicts) {
  const auto file_with = [&](const std::string& name, const history::TheoryHeader& theory) {
    history::HistoryHeader header = sample_header();
    header.theory = theory;
    write_changed(
        folder_ / name, [](history::StepRow&) {}, header);
    return folder_ / name;
  };
  history::TheoryHeader theory = sample_header().theory;
  file_with("a.h5", theory);
  theory.attributes["q_star"] = 0.5;
  EXPECT_EQ(first_difference(a_, file_with("b.h5", theory)).value_or("").rfind("/theory@q_star", 0),
            0U);
  theory = sample_header().theory;
  theory.delta_rms_ratio[1] = std::nextafter(0.5, 1.0);
  EXPECT_EQ(first_difference(a_, file_with("c.h5", theory))
                .value_or("")
                .rfind("/theory/delta_rms_ratio at layer 2: 0.5 (0x1p-1) in ", 0),
            0U);
  EXPECT_EQ(first_difference(a_, file_with("d.h5", {})).value_or(""),
            "/theory: group missing in " + (folder_ / "d.h5").string());
}

TEST_F(exact_compare, reads_files_from_before_there_were_histograms) {
  { const OldHistory a(a_), b(b_); }
  EXPECT_EQ(first_difference(a_, b_).value_or(""), "");
  write_changed(folder_ / "new.h5", [](history::StepRow&) {});
  EXPECT_NE(first_difference(a_, folder_ / "new.h5").value_or("").find(" missing in "),
            std::string::npos);
}

TEST_F(exact_compare, names_both_shapes_when_the_steps_differ) {
  write_sample_history(a_, 3);
  write_sample_history(b_, 4);
  const std::string difference = first_difference(a_, b_).value_or("");
  EXPECT_NE(difference.find(": shape (3, 3) in " + a_.string() + ", (4, 3) in " + b_.string()),
            std::string::npos)
      << difference;
}

TEST_F(exact_compare, leaves_timing_and_provenance_out) {
  history::HistoryHeader other = sample_header();
  other.toml = "# another file\n";
  other.provenance_json = R"({"layout": {"ranks": 8}})";
  write_sample_history(a_, 3);
  {
    record::HistoryWriter writer(b_, other, false);
    for (std::uint64_t step = 0; step < 3; ++step) writer.write(sample_row(step));
    for (const std::uint64_t step : {0, 2}) writer.write_histograms(sample_histograms(step));
    const history::StepTiming timing = sample_timing(100);
    writer.write_timing({&timing, 1});
    writer.write_evaluation({3, 0.75, 0.5});
    writer.finish({"completed", -1});
  }
  EXPECT_EQ(first_difference(a_, b_).value_or(""), "");
}

TEST_F(exact_compare, leaves_the_times_of_buckets_out_even_where_one_file_has_none) {
  write_sample_history(a_, 3, sample_header_with_buckets());
  write_sample_history(b_, 3);
  EXPECT_EQ(first_difference(a_, b_).value_or(""), "");
  EXPECT_EQ(first_difference(b_, a_).value_or(""), "");
  history::HistoryHeader cut = sample_header();
  cut.buckets = {{140, 1, 3}};
  record::HistoryWriter(folder_ / "c.h5", cut, false).finish({"completed", -1});
  record::HistoryWriter(folder_ / "d.h5", sample_header_with_buckets(), false)
      .finish({"completed", -1});
  EXPECT_EQ(first_difference(folder_ / "c.h5", folder_ / "d.h5").value_or(""), "");
}

TEST_F(exact_compare, compares_attributes_of_the_model_and_of_the_root) {
  write_changed(a_, [](history::StepRow&) {});
  history::HistoryHeader other = sample_header();
  other.model["depth"] = std::int64_t{3};
  write_changed(
      b_, [](history::StepRow&) {}, other);
  EXPECT_EQ(first_difference(a_, b_).value_or(""),
            "/model@depth: 2 in " + a_.string() + ", 3 in " + b_.string());
  other = sample_header();
  other.model["extra"] = 0.5;
  write_changed(
      folder_ / "c.h5", [](history::StepRow&) {}, other);
  EXPECT_EQ(first_difference(a_, folder_ / "c.h5").value_or(""),
            "/model@extra: attribute missing in " + a_.string());
  record::HistoryWriter stopped(folder_ / "d.h5", sample_header(), false);
  stopped.finish({"stopped", -1});
  EXPECT_EQ(first_difference(a_, folder_ / "d.h5").value_or(""),
            "/@status: \"completed\" in " + a_.string() + ", \"stopped\" in " +
                (folder_ / "d.h5").string());
}

void write_with_snapshot(const std::filesystem::path& path, const std::vector<float>& weights) {
  record::HistoryWriter writer(path, sample_header(), false);
  writer.write_snapshot(
      {4, {{"W1", std::span<const float>(weights), {2, 2}, {"input", "unit_1"}, "weights"}}});
  writer.finish({"completed", -1});
}

TEST_F(exact_compare, looks_into_snapshots) {
  write_with_snapshot(a_, {1, 2, 3, 4});
  write_with_snapshot(b_, {1, 2, 3, 4.5F});
  EXPECT_EQ(first_difference(a_, b_).value_or(""),
            "/snapshots/step_000004/W1 at input 1, unit_1 1: 4 (0x1p+2) in " + a_.string() +
                ", 4.5 (0x1.2p+2) in " + b_.string());
}

TEST_F(exact_compare, names_a_missing_group) {
  write_with_snapshot(a_, {1, 2, 3, 4});
  record::HistoryWriter(b_, sample_header(), false).finish({"completed", -1});
  EXPECT_EQ(first_difference(a_, b_).value_or(""),
            "/snapshots/step_000004: group missing in " + b_.string());
}

TEST_F(exact_compare, pairs_the_histories_of_two_folders_by_name) {
  for (const char* folder : {"one", "two"}) {
    write_sample_history(folder_ / folder / "0000-x.h5", 2);
    write_sample_history(folder_ / folder / "0001-y.h5", 3);
  }
  EXPECT_EQ(first_difference(folder_ / "one", folder_ / "two").value_or(""), "");
  write_sample_history(folder_ / "two/0002-z.h5", 1);
  EXPECT_EQ(first_difference(folder_ / "one", folder_ / "two").value_or(""),
            "0002-z.h5: history missing in " + (folder_ / "one").string());
}

TEST_F(exact_compare, refuses_files_that_are_not_histories) {
  write_sample_history(a_, 1);
  EXPECT_THROW(first_difference(a_, folder_ / "missing.h5"), core::IoError);
  EXPECT_THROW(first_difference(a_, folder_.path()), core::UsageError);
}

}  // namespace
}  // namespace plumb::report
