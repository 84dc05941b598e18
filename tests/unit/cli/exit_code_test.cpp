#include "cli/exit_code.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>

#include "cli/commands.hpp"
#include "core/error.hpp"
#include "environment.hpp"

namespace plumb::cli {
namespace {

using plumb::testing::Variable;

struct Outcome {
  int exit_code;
  std::string output;
  std::string errors;
};

template <class Work>
Outcome outcome_of(Work work) {
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  const int exit_code = work();
  return {exit_code, ::testing::internal::GetCapturedStdout(),
          ::testing::internal::GetCapturedStderr()};
}

template <class... Words>
Outcome program(Words... words) {
  const char* const argv[] = {"plumbline", words...};
  return outcome_of([&] { return run_program(static_cast<int>(std::size(argv)), argv); });
}

// The process of an mpirun without arguments; a test may itself run under one.
class exit_code : public ::testing::Test {
  Variable open_mpi_{"OMPI_COMM_WORLD_RANK", nullptr};
  Variable programs_{"OMPI_APP_CTX_NUM_PROCS", nullptr};
  Variable pmix_{"PMIX_RANK", nullptr};
  Variable pmi_{"PMI_RANK", nullptr};
  Variable slurm_{"SLURM_PROCID", nullptr};
  Variable mvapich_{"MV2_COMM_WORLD_RANK", nullptr};
  Variable pals_{"PALS_RANKID", nullptr};
  Variable flux_{"FLUX_TASK_RANK", nullptr};
};

TEST_F(exit_code, of_a_command_that_returns_is_what_it_returns) {
  for (const int code : {0, 2, 4}) {
    const Outcome outcome = outcome_of([&] { return exit_code_of([&] { return code; }); });
    EXPECT_EQ(outcome.exit_code, code);
    EXPECT_EQ(outcome.errors, "");
  }
}

TEST_F(exit_code, of_a_command_that_throws_is_that_of_the_error_which_is_printed_in_one_line) {
  const auto thrown = [](auto error) {
    const Outcome outcome =
        outcome_of([&] { return exit_code_of([&]() -> int { throw std::move(error); }); });
    return std::pair(outcome.exit_code, outcome.errors);
  };
  EXPECT_EQ(thrown(core::UsageError("a\nb; allowed: c")),
            std::pair(1, std::string("plumbline: error: a b; allowed: c\n")));
  EXPECT_EQ(thrown(core::IoError("x: gone")),
            std::pair(3, std::string("plumbline: error: x: gone\n")));
  EXPECT_EQ(thrown(core::Error(core::ExitCode::VerificationFailed, "no")),
            std::pair(2, std::string("plumbline: error: no\n")));
  EXPECT_EQ(thrown(std::runtime_error("odd")),
            std::pair(3, std::string("plumbline: error: odd\n")));
  EXPECT_EQ(
      thrown(std::filesystem::filesystem_error("directory iterator cannot open directory",
                                               "results",
                                               std::make_error_code(std::errc::permission_denied))),
      std::pair(3, std::string("plumbline: error: results: Permission denied; allowed: a file "
                               "or folder that can be read and written\n")));
  EXPECT_EQ(thrown(std::bad_alloc()).first, 3);
  EXPECT_NE(thrown(std::bad_alloc()).second.find("out of memory"), std::string::npos);
}

TEST_F(exit_code, of_a_failure_is_that_of_the_first_process_alone) {
  const auto fail = [] {
    return outcome_of([] { return exit_code_of([]() -> int { throw core::UsageError("no"); }); });
  };
  const Variable second("OMPI_COMM_WORLD_RANK", "1");
  EXPECT_EQ(fail().exit_code, 0);
  EXPECT_EQ(fail().errors, "");
  const Variable programs("OMPI_APP_CTX_NUM_PROCS", "1 2");  // the first of the second program
  EXPECT_EQ(fail().exit_code, 1);
}

TEST_F(exit_code, first_process_is_told_by_the_launcher) {
  EXPECT_TRUE(is_first_process());
  for (const char* name : {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "SLURM_PROCID",
                           "PALS_RANKID", "FLUX_TASK_RANK", "MV2_COMM_WORLD_RANK"}) {
    const Variable first(name, "0");
    EXPECT_TRUE(is_first_process()) << name;
    const Variable third(name, "2");
    EXPECT_FALSE(is_first_process()) << name;
  }
}

TEST_F(exit_code, of_a_wrong_command_line_is_1_and_the_message_says_what_is_allowed) {
  const Outcome unknown = program("fly");
  EXPECT_EQ(unknown.exit_code, 1);
  EXPECT_EQ(unknown.errors,
            "plumbline: error: unknown command or option 'fly'; allowed: run compare info theory "
            "claims doctor; see plumbline --help\n");
  EXPECT_EQ(program("info").exit_code, 1);
  EXPECT_EQ(program("compare", "--exact", "a", "b", "c").exit_code, 1);
  EXPECT_EQ(program("run", "a.toml", "--index", "-1").exit_code, 1);
  EXPECT_EQ(program("theory", "--activation", "cube", "--weight-variance", "1").exit_code, 1);
}

TEST_F(exit_code, of_an_option_in_the_wrong_place_is_1_and_the_message_says_where_it_belongs) {
  const auto error = [](auto... words) {
    const Outcome outcome = program(words...);
    EXPECT_EQ(outcome.exit_code, 1);
    return outcome.errors;
  };
  EXPECT_EQ(error("run", "a.toml", "--steps", "50"),
            "plumbline: error: '--steps': train.steps is a key of the study; allowed: --set "
            "train.steps=50, or the key in the study file; see plumbline run --help\n");
  EXPECT_EQ(error("run", "a.toml", "network.depth=4"),
            "plumbline: error: 'network.depth=4': network.depth is a key of the study; allowed: "
            "--set network.depth=4, or the key in the study file; see plumbline run --help\n");
  EXPECT_NE(error("run", "a.toml", "--learning-rate=0.1").find("--set train.learning_rate=0.1,"),
            std::string::npos);
  EXPECT_EQ(error("run", "a.toml", "--csv"),
            "plumbline: error: '--csv' is an option of plumbline compare, and comes after the "
            "command; see plumbline run --help\n");
  EXPECT_NE(error("--quiet", "run", "a.toml").find("option of plumbline run"), std::string::npos);
  EXPECT_EQ(error("run", "a.toml", "--nonsense"),
            "plumbline: error: unknown option '--nonsense'; see plumbline run --help\n");
  EXPECT_NE(error("run", "a.toml", "b.toml").find("'b.toml' is one word too many"),
            std::string::npos);
}

TEST_F(exit_code, of_a_file_that_cannot_be_read_is_3) {
  EXPECT_EQ(program("info", "/nowhere/a.h5").exit_code, 3);
}

TEST_F(exit_code, of_every_commands_help_is_0_and_says_its_summary) {
  const Outcome overview = program("--help");
  EXPECT_EQ(overview.exit_code, 0);
  EXPECT_EQ(all_commands().size(), 6U);
  for (const Command& command : all_commands()) {
    const Outcome help = program(command.name, "--help");
    EXPECT_EQ(help.exit_code, 0) << command.name;
    EXPECT_NE(help.output.find(command.summary), std::string::npos) << help.output;
    EXPECT_NE(overview.output.find(command.summary), std::string::npos) << overview.output;
    EXPECT_EQ(program(command.name, "--version").exit_code, 0) << command.name;
  }
}

}  // namespace
}  // namespace plumb::cli
