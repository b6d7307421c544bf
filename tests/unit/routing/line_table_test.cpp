#include "gateway/routing/line_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace polygate {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Place = LineTable::Place;

class Lines : public testing::Test {
 protected:
  static InLine who(std::uint64_t turn, const std::string& line = "room/a") {
    return {line, static_cast<WorkerIndex>(turn % 4), turn};
  }
  Place line_up(std::uint64_t turn, std::size_t most = 10, const std::string& line = "room/a") {
    Done<bool> its_turn = [this, turn](bool is) { told.push_back(is ? turn : 0); };
    const Place place = lines.line_up(who(turn, line), most, its_turn);
    EXPECT_EQ(static_cast<bool>(its_turn), place != Place::behind) << "it is kept for who waits, and for nobody else";
    return place;
  }
  /// Who comes by that; 0: nobody.
  WorkerIndex step_out(std::uint64_t turn, const std::string& line = "room/a") {
    auto next = lines.step_out(who(turn, line));
    if (!next) return kNobody;
    next->its_turn(true);
    return next->worker;
  }

  static constexpr WorkerIndex kNobody = 77;
  LineTable lines;
  std::vector<std::uint64_t> told;
};

TEST_F(Lines, TheFirstHasItsTurnAndTheOthersComeInTheirOrder) {
  EXPECT_EQ(line_up(5), Place::first);
  EXPECT_EQ(line_up(7), Place::behind);
  EXPECT_EQ(line_up(6), Place::behind);
  EXPECT_EQ(line_up(9), Place::behind);
  EXPECT_THAT(told, IsEmpty());
  EXPECT_EQ(step_out(5), 3);
  EXPECT_EQ(step_out(7), 2);
  EXPECT_EQ(step_out(6), 1);
  EXPECT_THAT(told, ElementsAre(7, 6, 9));
  EXPECT_EQ(step_out(9), kNobody);
  EXPECT_EQ(lines.size(), 0U);
  EXPECT_EQ(line_up(8), Place::first);
}

TEST_F(Lines, WhoWaitsMayStepOutAndTheOthersMoveUp) {
  line_up(1);
  line_up(2);
  line_up(3);
  EXPECT_EQ(step_out(2), kNobody);
  EXPECT_EQ(step_out(2), kNobody) << "it stands there no more";
  EXPECT_THAT(told, IsEmpty());
  EXPECT_EQ(step_out(1), 3);
  EXPECT_EQ(step_out(1), kNobody) << "it has had its turn";
  EXPECT_THAT(told, ElementsAre(3));
  EXPECT_EQ(lines.size(), 1U);
}

TEST_F(Lines, WhoIsToldAndStepsOutLetsTheNextOneCome) {
  line_up(1);
  line_up(2);
  line_up(3);
  auto next = lines.step_out(who(1));  // on its way to 2, which waits no longer
  ASSERT_TRUE(next);
  EXPECT_EQ(step_out(2), 3);
  EXPECT_THAT(told, ElementsAre(3));
}

TEST_F(Lines, SoManyWaitBehindTheFirst) {
  EXPECT_EQ(line_up(1, 2), Place::first);
  EXPECT_EQ(line_up(2, 2), Place::behind);
  EXPECT_EQ(line_up(3, 2), Place::behind);
  EXPECT_EQ(line_up(4, 2), Place::none);
  EXPECT_EQ(step_out(4), kNobody) << "it does not stand there";
  EXPECT_EQ(step_out(1), 2);
  EXPECT_EQ(line_up(4, 2), Place::behind);
  EXPECT_EQ(line_up(5, 2), Place::none);
  EXPECT_EQ(line_up(6, 0, "room/b"), Place::first);
  EXPECT_EQ(line_up(7, 0, "room/b"), Place::none);
}

TEST_F(Lines, TheSameNumberOnAnotherWorkerIsAnotherTurn) {
  Done<bool> ignored;
  EXPECT_EQ(lines.line_up({"room/a", 0, 1}, 10, ignored), Place::first);
  EXPECT_EQ(lines.line_up({"room/a", 1, 1}, 10, ignored), Place::behind);
  EXPECT_FALSE(lines.step_out({"room/a", 1, 1}));
  EXPECT_EQ(lines.line_up({"room/a", 1, 1}, 10, ignored), Place::behind);
  const auto next = lines.step_out({"room/a", 0, 1});
  ASSERT_TRUE(next);
  EXPECT_EQ(next->worker, 1);
}

TEST_F(Lines, LinesHaveNothingToDoWithOneAnother) {
  EXPECT_EQ(line_up(1), Place::first);
  EXPECT_EQ(line_up(2, 10, "room/b"), Place::first);
  EXPECT_EQ(line_up(3, 10, "room/b"), Place::behind);
  EXPECT_EQ(lines.size(), 2U);
  EXPECT_EQ(step_out(1), kNobody);
  EXPECT_EQ(lines.size(), 1U);
  EXPECT_EQ(step_out(3), kNobody) << "it stands in another one";
  EXPECT_EQ(step_out(2, "room/b"), 3);
}

}  // namespace
}  // namespace polygate
