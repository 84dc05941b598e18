#include "claims/run_claims.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "claims/all_claims.hpp"
#include "core/error.hpp"

namespace plumb::claims {
namespace {

namespace fs = std::filesystem;

Report a_report() {
  Report report;
  report.id = "pi_is_three";
  report.text = "Pi is 3.";
  report.findings.measurements = {between("circumference", std::numeric_limits<double>::quiet_NaN(),
                                          3, std::numeric_limits<double>::infinity(), "a rope")};
  report.findings.trials = {{"in a hurry", true}};
  report.findings.condition = "one is in a hurry";
  report.verdict = Verdict::HoldsOnlyIf;
  report.histories = {"pi_is_three/0000-circle.h5", "../outside.h5", "/etc/passwd", "a/b/c.h5"};
  return report;
}

class ClaimsFile : public ::testing::Test {
 protected:
  void TearDown() override { fs::remove(file_); }
  void write(const std::string& text) { std::ofstream(file_) << text; }
  fs::path file_ = fs::path(::testing::TempDir()) / "plumbline_claims_test.json";
};

TEST(claims_json, writes_what_is_not_finite_as_null) {
  const auto json = nlohmann::json::parse(claims_json({a_report()}, R"({"program": "x"})"));
  EXPECT_EQ(json["schema"], "plumbline.claims/1");
  EXPECT_EQ(json["provenance"]["program"], "x");
  const auto& claim = json["claims"][0];
  EXPECT_EQ(claim["verdict"], "holds only if");
  EXPECT_EQ(claim["condition"], "one is in a hurry");
  EXPECT_TRUE(claim["measurements"][0]["measured"].is_null());
  EXPECT_TRUE(claim["measurements"][0]["high"].is_null());
  EXPECT_EQ(claim["measurements"][0]["low"], 3);
  EXPECT_EQ(claim["measurements"][0]["agrees"], false);
  EXPECT_EQ(claim["trials"][0]["holds"], true);
}

TEST(claims_json, gives_a_condition_only_with_the_verdict_that_needs_one) {
  Report report = a_report();
  report.verdict = Verdict::False;
  const auto json = nlohmann::json::parse(claims_json({report}, "{}"));
  EXPECT_TRUE(json["claims"][0]["condition"].is_null());
}

TEST_F(ClaimsFile, names_histories_in_folders_of_claims_only) {
  write(claims_json({a_report()}, "{}"));
  EXPECT_EQ(histories_of(file_), std::vector<fs::path>{"pi_is_three/0000-circle.h5"});
}

TEST_F(ClaimsFile, of_somebody_else_is_refused) {
  for (const char* text : {"", "[]", R"({"schema": "plumbline.result/1", "claims": []})",
                           R"({"schema": "plumbline.claims/1"})"}) {
    write(text);
    EXPECT_THROW(histories_of(file_), core::IoError) << text;
  }
}

TEST(all_claims, are_ten_with_names_that_can_be_folders) {
  std::set<std::string> ids;
  for (const Claim& claim : all_claims()) {
    EXPECT_EQ(claim.id.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), std::string::npos);
    EXPECT_FALSE(claim.text.empty());
    EXPECT_FALSE(claim.source.empty());
    ids.insert(claim.id);
  }
  EXPECT_EQ(ids.size(), 10U);
}

}  // namespace
}  // namespace plumb::claims
