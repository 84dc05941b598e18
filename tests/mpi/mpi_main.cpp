// Runs GoogleTest on every rank: `program --expect-ranks=N`. Another rank count than promised is a
// failure, and one failing rank fails all.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <span>
#include <string_view>

#include "comm/communicator.hpp"
#include "comm/session.hpp"
#include "world.hpp"

namespace {

const plumb::comm::Communicator* world_of_this_program = nullptr;

/// For the ranks whose usual output is switched off.
class FailurePrinter : public testing::EmptyTestEventListener {
 public:
  explicit FailurePrinter(int rank) : rank_(rank) {}
  void OnTestPartResult(const testing::TestPartResult& result) override {
    if (!result.failed()) return;
    std::fprintf(stderr, "[rank %d] %s:%d: %s\n", rank_, result.file_name(), result.line_number(),
                 result.message());
  }

 private:
  int rank_;
};

int expected_ranks(std::span<char*> arguments) {
  constexpr std::string_view kOption = "--expect-ranks=";
  for (const std::string_view argument : arguments) {
    if (argument.starts_with(kOption)) return std::atoi(argument.substr(kOption.size()).data());
  }
  return -1;
}

void print_on_rank_zero_only(int rank) {
  if (rank == 0) return;
  testing::TestEventListeners& listeners = testing::UnitTest::GetInstance()->listeners();
  delete listeners.Release(listeners.default_result_printer());
  listeners.Append(new FailurePrinter(rank));  // GoogleTest takes ownership
}

}  // namespace

const plumb::comm::Communicator& world() { return *world_of_this_program; }

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  const plumb::comm::Session session;
  const auto communicator = plumb::comm::Communicator::world();
  world_of_this_program = &communicator;

  const int expected = expected_ranks(std::span(argv, static_cast<std::size_t>(argc)));
  if (communicator.size() != expected) {
    std::fprintf(stderr, "%d ranks, but --expect-ranks promises %d\n", communicator.size(),
                 expected);
    return 1;
  }
  print_on_rank_zero_only(communicator.rank());
  std::int64_t failed = RUN_ALL_TESTS();
  communicator.max(std::span(&failed, 1));
  return failed == 0 ? 0 : 1;
}
