#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "../h5/temporary_folder.hpp"
#include "claims/run_claims.hpp"
#include "cli/claims_output.hpp"
#include "cli/output_folder.hpp"
#include "cli/progress.hpp"
#include "core/error.hpp"

namespace plumb::cli {
namespace {

using plumb::testing::message_of;
using plumb::testing::TemporaryFolder;

std::string refusal(const std::filesystem::path& folder, bool force = false) {
  const std::vector<claims::Claim> claims = {{"tanh-decay", "", "", nullptr}};
  return message_of<core::IoError>([&] { const ClaimsFolder made(folder, claims, force); });
}

TEST(output_folder, is_created_with_those_above_it_and_left_empty) {
  const TemporaryFolder folder;
  require_writable(folder / "a/b");
  EXPECT_TRUE(std::filesystem::is_empty(folder / "a/b"));
}

TEST(output_folder, that_cannot_be_written_is_refused) {
  const TemporaryFolder folder;
  std::ofstream(folder / "file").put('x');
  const std::string message =
      message_of<core::IoError>([&] { require_writable(folder / "file/below"); });
  EXPECT_NE(message.find("file/below: cannot write results there ("), std::string::npos) << message;
}

TEST(claims_folder, with_older_results_is_refused_unless_forced) {
  const TemporaryFolder folder;
  EXPECT_EQ(refusal(folder.path()), "");
  std::filesystem::create_directory(folder / "tanh-decay");
  std::ofstream(folder / "tanh-decay/0000-a.h5.part").put('x');
  EXPECT_NE(refusal(folder.path()).find("0000-a.h5.part: already there"), std::string::npos);
  EXPECT_EQ(refusal(folder.path(), true), "");
}

TEST(claims_folder, with_a_claims_json_that_is_not_ours_is_refused_even_if_forced) {
  const TemporaryFolder folder;
  std::ofstream(folder / "claims.json") << "{}";
  EXPECT_NE(refusal(folder.path()).find("claims.json: already there"), std::string::npos);
  EXPECT_NE(refusal(folder.path(), true), "");
}

TEST(progress, says_one_line_for_each_finished_run) {
  ::testing::internal::CaptureStdout();
  Progress progress(2, {1, 1}, false);
  study::RunSettings run;
  run.label = "depth=4";
  progress.start_run(1, run);
  progress.finish_run("completed");
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "[2/2] depth=4  completed\n");
}

TEST(progress, that_is_quiet_says_nothing) {
  ::testing::internal::CaptureStdout();
  Progress progress(1, {1}, true);
  progress.start_run(0, {});
  progress.finish_run("completed");
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "");
}

}  // namespace
}  // namespace plumb::cli
