// Namespaces: who comes in, who is refused, and what a session is told of its client.
#include "tests/unit/socket_io/club.h"

namespace polygate::socket_io {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class OneToken final : public auth::Verifier {
 public:
  Result<auth::IdentityPtr> verify(std::string_view token, double, std::string*) const override {
    if (token != "good") return auth::invalid_token();
    auto identity = std::make_shared<auth::Identity>();
    identity->user = "ann";
    return auth::IdentityPtr(std::move(identity));
  }
};

TEST(Connect, ClientsOfRevision4AreNowhereUntilTheyAsk) {
  Club club;
  Guest guest(club, 1);
  EXPECT_THAT(guest.opens().greeting(), IsEmpty());
  EXPECT_EQ(club.host.sessions().size(), 0u);
  guest.says("0");
  EXPECT_THAT(guest.hears(), ElementsAre(R"(frame 40{"sid":"*"})"));
  EXPECT_EQ(club.host.sessions().size(), 1u);
  const std::string sid = guest.sid;
  EXPECT_TRUE(SessionId::parse(sid));
  guest.says(R"(2["id"])");
  EXPECT_THAT(guest.hears(), ElementsAre(R"(frame 42["id",")" + sid + "\"]"));
}

TEST(Connect, ClientsOfRevision3AreOnTheMainOneAtOnce) {
  Club club;
  Guest guest(club, 1, Revision::v3);
  EXPECT_THAT(guest.opens().greeting(), ElementsAre("frame 40"));
  guest.says("0");
  EXPECT_THAT(guest.hears(), IsEmpty()) << "some ask for it all the same";
  guest.says("0/staff");
  EXPECT_THAT(guest.hears(), ElementsAre("frame 40/staff,"));
  guest.says(R"(2["who"])");
  guest.says(R"(2/staff,["who"])");
  EXPECT_THAT(guest.hears(), ElementsAre(R"(frame 42["who","guest"])", R"(frame 42/staff,["who","waiter"])"));
}

TEST(Connect, EachNamespaceIsASessionWithItsOwnRole) {
  Club club;
  Guest guest(club, 1);
  guest.opens();
  guest.says("0/staff,");
  guest.says("0");
  guest.says("0/kitchen,{}");
  EXPECT_THAT(guest.hears(), ElementsAre(R"(frame 40/staff,{"sid":"*"})", R"(frame 40{"sid":"*"})",
                                         R"(frame 40/kitchen,{"sid":"*"})", R"(frame 42/kitchen,["welcome","cook"])"));
  EXPECT_EQ(club.host.sessions().size(), 3u);
  guest.says(R"(2["order","soup"])");
  guest.says(R"(2/staff,["order","soup"])");
  guest.says(R"(2/kitchen,["who"])");
  EXPECT_THAT(guest.hears(), ElementsAre(R"(frame 42["failed","forbidden"])", R"(frame 42/kitchen,["who","cook"])",
                                         R"(frame 42/kitchen,["order","soup"])"));
}

TEST(Connect, WhatWasSaidToTheMainNamespaceIsHeardThereAlone) {
  Club club;
  Guest one(club, 1);
  Guest two(club, 2);
  one.connects();
  two.connects();
  one.says("0/staff,");
  one.hears();
  one.says(R"(2/staff,["shout","a"])");
  EXPECT_THAT(one.hears(), ElementsAre(R"(frame 42["shout","a"])"));
  EXPECT_THAT(two.hears(), ElementsAre(R"(frame 42["shout","a"])"));
}

TEST(Connect, UnknownNamespacesAreRefusedAndTheClientMayGoOn) {
  Club club;
  Guest guest(club, 1);
  guest.opens();
  guest.says("0/bar,");
  EXPECT_THAT(guest.hears(), ElementsAre(R"(frame 44/bar,{"message":"Invalid namespace"})"));
  EXPECT_EQ(club.host.sessions().size(), 0u);
  guest.says("0");
  EXPECT_THAT(guest.hears(), ElementsAre(R"(frame 40{"sid":"*"})"));
  Guest old(club, 2, Revision::v3);
  old.opens();
  old.says("0/bar");
  EXPECT_THAT(old.hears(), ElementsAre(R"(frame 44/bar,"Invalid namespace")"));
}

TEST(Connect, EachNamespaceAsksForTheToken) {
  Club club(with(kClub, "{role: guest,", "{authenticate: {token: $auth.token, verifier: users}, role: guest,"));
  club.gateway.verifiers.add("users", std::make_unique<OneToken>());
  Guest guest(club, 1);
  guest.opens();
  guest.says(R"(0{"token":"bad"})");
  guest.says(R"(0/staff,{"token":"good"})");
  EXPECT_THAT(guest.hears(), ElementsAre(R"(frame 44{"message":"Invalid token"})", R"(frame 40/staff,{"sid":"*"})"));
  guest.says(R"(0{"token":"good"})");
  EXPECT_THAT(guest.hears(), ElementsAre(R"(frame 40{"sid":"*"})")) << "it may try again";
}

TEST(Connect, WhatAClientConnectsWithIsKept) {
  Club club;
  Guest guest(club, 1);
  guest.opens();
  guest.says(R"(0{"table":7})");
  guest.says("0/staff,");
  guest.hears();
  guest.says(R"(2["auth"])");
  guest.says(R"(2/staff,["auth"])");
  EXPECT_THAT(guest.hears(), ElementsAre(R"(frame 42["auth",{"table":7}])", R"(frame 42/staff,["auth",{}])"));
}

TEST(Connect, ClientsOfRevision3PutItIntoAQuery) {
  Club club;
  Guest guest(club, 1, Revision::v3);
  guest.opens();
  guest.says("0/staff?table=7&name=a%20b&=nobody&%zz=1&flag,");
  EXPECT_THAT(guest.hears(), ElementsAre("frame 40/staff,"));
  guest.says(R"(2/staff,["auth"])");
  EXPECT_THAT(guest.hears(), ElementsAre(R"(frame 42/staff,["auth",{"flag":"","name":"a b","table":"7"}])"));
}

TEST(Connect, TooMuchToKeepIsRefused) {
  Club club;
  club.gateway.profile().engine.connect_bytes = 20;
  Guest guest(club, 1);
  guest.opens();
  guest.says(R"(0{"table":"123456789"})");
  EXPECT_THAT(guest.hears(),
              ElementsAre(R"(frame 44{"message":"the data of this connect is too large: limit connect_bytes"})"));
  guest.says(R"(0{"table":"12345678"})");
  EXPECT_THAT(guest.hears(), ElementsAre(R"(frame 40{"sid":"*"})"));
  Guest old(club, 2, Revision::v3);
  old.opens();
  old.says("0/staff?table=123456789012345,");
  EXPECT_THAT(old.hears(),
              ElementsAre(R"(frame 44/staff,"the data of this connect is too large: limit connect_bytes")"));
  old.says("0/staff?table=12345678901234,");
  EXPECT_THAT(old.hears(), ElementsAre("frame 40/staff,"));
}

TEST(Connect, DataThatIsNoneBreaksTheConversation) {
  Club club;
  Guest guest(club, 1);
  guest.opens();
  guest.says(R"(0{"table":})");
  EXPECT_THAT(guest.hears(), ElementsAre(testing::StartsWith("close 4400 parse error: the data of a connect: ")));
  EXPECT_TRUE(guest.is_over());
}

TEST(Connect, WhoComesNowhereInTimeIsClosed) {
  Club club;
  Guest guest(club, 1);
  guest.opens();
  guest.says("0/bar,");
  EXPECT_EQ(guest.hears().size(), 1u);
  club.host.pass(Millis(9'999));
  EXPECT_THAT(guest.hears(), IsEmpty());
  club.host.pass(Millis(1));
  EXPECT_THAT(guest.hears(), ElementsAre("close 4408 limit connect_within reached, take the rest",
                                         "close 4408 limit connect_within reached"));
  EXPECT_TRUE(guest.is_over());
  EXPECT_EQ(club.host.meter().closes, (std::map<std::uint16_t, std::uint64_t>{{4408, 1}}));
}

TEST(Connect, WhoHasComeSomewhereHasAllTheTime) {
  Club club;
  Guest guest(club, 1);
  guest.opens();
  club.host.pass(Millis(9'999));
  guest.says("0/staff,");
  guest.says("1/staff,");
  guest.hears();
  club.host.pass(Millis(10'000));
  EXPECT_THAT(guest.hears(), IsEmpty());
  EXPECT_FALSE(guest.is_over());
}

TEST(Connect, ASecondOneBreaksTheConversation) {
  Club club;
  Guest guest(club, 1);
  guest.connects();
  guest.says("0");
  EXPECT_THAT(guest.hears(), ElementsAre("close 4400 parse error: a second connect to the same namespace"));
  EXPECT_EQ(club.host.sessions().size(), 0u);
  Guest old(club, 2, Revision::v3);
  old.opens();
  old.says("0/staff");
  old.says("0/staff");
  EXPECT_THAT(old.hears(),
              ElementsAre("frame 40/staff,", "close 4400 parse error: a second connect to the same namespace"));
}

TEST(Connect, TheyAreCountedAgainstTheRateOfEvents) {
  Club club;
  club.gateway.profile().limits.events_per_second = 1;
  club.gateway.profile().limits.events_burst = 2;
  Guest guest(club, 1);
  guest.opens();
  guest.says("0/bar,");
  guest.says("0/bar,");
  EXPECT_EQ(guest.hears().size(), 2u);
  club.host.pass(Millis(1'000));
  guest.says("0/bar,");
  EXPECT_EQ(guest.hears().size(), 1u);
  guest.says("0/bar,");
  EXPECT_THAT(guest.hears(), ElementsAre("close 4400 parse error: too many connects: limit events_per_second"));
}

TEST(Connect, WhomItsOwnRulesShowOutHearsItAfterTheAnswer) {
  Club club;
  Guest guest(club, 1);
  guest.connects();
  guest.says("0/closed,");
  EXPECT_THAT(guest.hears(), ElementsAre(R"(frame 40/closed,{"sid":"*"})",
                                         R"(frame 42/closed,["welcome","and goodbye"])", "frame 41/closed,"));
  guest.says(R"(2["who"])");
  EXPECT_THAT(guest.hears(), ElementsAre(R"(frame 42["who","guest"])")) << "it is elsewhere too";
}

TEST(Connect, AWelcomeThatDoesNotFitIsOfASlowClient) {
  Club club;
  Guest guest(club, 1);
  guest.opens();
  club.gateway.full.insert(1);
  guest.says("0/kitchen,");
  EXPECT_THAT(guest.hears(), ElementsAre("close 1013 slow consumer: limit outbox_bytes, take the rest"));
  Guest refused(club, 2);
  refused.opens();
  club.gateway.full.insert(2);
  refused.says("0/bar,");
  EXPECT_THAT(refused.hears(), ElementsAre("close 1013 slow consumer: limit outbox_bytes, take the rest",
                                           "close 1013 slow consumer: limit outbox_bytes"));
}

TEST(Place, ASessionThatHasLeftAndIsNotDoneYetCountsForItself) {
  Club club(kClub, 2);
  Guest owner(club, 1);
  owner.connects();
  owner.says(R"(2["seat",1])");
  Guest guest(club, 2);
  guest.connects();
  EXPECT_EQ(owner.hears().size(), 1u);
  guest.says(R"(2["seat",2])");  // waits for the owner's sign of life
  guest.says("1");
  guest.says("0");
  EXPECT_THAT(guest.hears(), ElementsAre(R"(frame 44{"message":"limit engine_sessions_per_address reached"})"));
  EXPECT_EQ(club.host.sessions().size(), 3u) << "two, and a turn in flight";
  EXPECT_THAT(owner.hears(), ElementsAre("say 2"));
  owner.peer().says(1, "3");
  EXPECT_THAT(owner.hears(), IsEmpty());
  guest.says("0");
  EXPECT_THAT(guest.hears(), ElementsAre(R"(frame 40{"sid":"*"})"));
  EXPECT_EQ(club.census->counts().refused[static_cast<std::size_t>(engine_io::Census::Verdict::per_address)], 1u);
}

TEST(Place, AllNamespacesOfAClientHaveOneTogether) {
  Club club(kClub, 1);
  Guest guest(club, 1);
  guest.connects();
  guest.says("0/staff,");
  guest.says("0/kitchen,");
  EXPECT_EQ(guest.hears().size(), 3u);
  EXPECT_EQ(club.host.sessions().size(), 3u);
  EXPECT_EQ(club.census->counts().by_profile.at("club"), 1u);
  guest.goes();
  EXPECT_THAT(guest.hears(), ElementsAre("close 1000 "));
  EXPECT_EQ(club.census->counts().by_profile.at("club"), 0u);
}

}  // namespace
}  // namespace polygate::socket_io
