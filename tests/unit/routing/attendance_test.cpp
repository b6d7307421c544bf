#include "gateway/routing/attendance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/routing/recorder.h"

namespace polygate {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class AttendanceTest : public testing::Test {
 protected:
  bool came(const std::string& name, const std::string& who) { return attendance.came(joined(name), attendee(who)); }
  bool went(const std::string& name, const std::string& who) { return attendance.went(joined(name), attendee(who)); }
  /// Such as `+a by ann`.
  std::vector<std::string> taken() {
    std::vector<std::string> said;
    for (const Attendance::Change& change : attendance.take()) {
      said.push_back((change.is_there ? "+" : "-") + std::string(change.topic.name()) + " by " + change.who->user);
    }
    return said;
  }
  static AttendeePtr attendee(const std::string& user) {
    auto who = std::make_shared<Attendee>();
    who->user = user;
    return who;
  }

  Attendance attendance;
};

TEST_F(AttendanceTest, TheFirstComesAndTheLastGoes) {
  came("a", "ann");
  came("a", "bob");
  came("b", "cem");
  EXPECT_THAT(taken(), ElementsAre("+a by ann", "+b by cem"));
  went("a", "ann");
  EXPECT_THAT(taken(), IsEmpty());
  went("b", "cem");
  went("a", "bob");
  EXPECT_THAT(taken(), ElementsAre("-b by cem", "-a by bob"));
  EXPECT_EQ(attendance.size(), 0U);
}

TEST_F(AttendanceTest, WhatChangesBackIsNoChange) {
  came("a", "ann");
  went("a", "ann");
  EXPECT_EQ(attendance.size(), 0U);
  EXPECT_THAT(taken(), IsEmpty());
  came("a", "ann");
  taken();
  went("a", "ann");
  came("a", "bob");
  EXPECT_THAT(taken(), IsEmpty());
  went("a", "bob");
  came("a", "cem");
  went("a", "dan");
  EXPECT_THAT(taken(), ElementsAre("-a by dan"));
}

TEST_F(AttendanceTest, WhoCameIsTheOneOfTheChangeThatIsTaken) {
  came("a", "ann");
  went("a", "ann");
  came("a", "bob");
  EXPECT_THAT(taken(), ElementsAre("+a by bob"));
}

TEST_F(AttendanceTest, TheWatcherIsToldOnceUntilItTakes) {
  EXPECT_TRUE(came("a", "ann"));
  EXPECT_FALSE(came("b", "ann"));
  EXPECT_FALSE(went("a", "ann"));
  EXPECT_FALSE(went("b", "ann"));
  EXPECT_FALSE(came("a", "ann")) << "it has not taken yet, though there was nothing for a while";
  EXPECT_THAT(taken(), ElementsAre("+a by ann"));
  EXPECT_FALSE(came("a", "bob"));
  EXPECT_FALSE(went("a", "bob"));
  EXPECT_TRUE(went("a", "ann"));
}

TEST_F(AttendanceTest, WhoNeverCameDoesNotGo) {
  EXPECT_FALSE(went("a", "ann"));
  EXPECT_EQ(attendance.size(), 0U);
}

}  // namespace
}  // namespace polygate
