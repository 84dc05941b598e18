#include "h5/handle.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace plumb::h5 {
namespace {

std::vector<Id> closed;

int note_closing(Id id) {
  closed.push_back(id);
  return 0;
}

int refuse_closing(Id) { return -1; }

class handle : public ::testing::Test {
 protected:
  void SetUp() override { closed.clear(); }
};

TEST_F(handle, closes_once_at_the_end_of_its_life) {
  { const Handle owner(7, note_closing); }
  EXPECT_EQ(closed, std::vector<Id>{7});
}

TEST_F(handle, owns_nothing_after_being_moved_from) {
  {
    Handle first(7, note_closing);
    const Handle second(std::move(first));
    EXPECT_FALSE(first);  // NOLINT(bugprone-use-after-move): that is the question
    EXPECT_EQ(second.get(), 7);
  }
  EXPECT_EQ(closed, std::vector<Id>{7});
}

TEST_F(handle, closes_what_it_held_when_it_is_given_something_else) {
  Handle owner(7, note_closing);
  owner = Handle(8, note_closing);
  EXPECT_EQ(closed, std::vector<Id>{7});
  EXPECT_EQ(owner.get(), 8);
}

TEST_F(handle, reports_a_refused_close_once_and_gives_the_identifier_up) {
  Handle owner(7, refuse_closing);
  EXPECT_FALSE(owner.close());
  EXPECT_TRUE(owner.close());
  EXPECT_FALSE(owner);
}

}  // namespace
}  // namespace plumb::h5
