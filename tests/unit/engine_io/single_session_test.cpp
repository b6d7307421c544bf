// Engine.IO alone: one session, from the handshake to the end.
#include "gateway/engine_io/single_session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/engine_io/test_host.h"

namespace polygate::engine_io {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// Text comes back, binary data goes to all the others.
constexpr char kHall[] = R"(
profile: hall
dialect: engine.io
endpoints: {/engine.io/: {role: guest}}
opened: {from: guest, join: hall/all}
events:
  text: {from: guest, reply: {data: $data}}
  binary: {from: guest, send: {to: hall/all, data: $data, except: sender}}
)";

/// The seat is one session's alone; who wants it asks whether its owner is there.
constexpr char kSeat[] = R"(
profile: seat
dialect: engine.io
endpoints: {/engine.io/: {role: guest}}
events:
  text: {from: guest, claim: {topic: seat/one, when_taken: probe, within: 1s}, reply: {data: $data}}
  binary: {from: guest, close: {code: 4000, reason: enough}}
otherwise: {reply: [], close: {code: 4001, reason: taken}}
)";

struct Hall {
  explicit Hall(const std::string& yaml = kHall) : gateway(yaml), host(gateway) {}

  /// Somebody, on WebSocket `n`.
  std::unique_ptr<Peer> guest(std::uint32_t n) {
    auto peer = poller();
    peer->begins_on_websocket(n);
    EXPECT_EQ(peer->hears(n).size(), 1u) << "the open packet";
    return peer;
  }
  /// Somebody whose handshake is still to come.
  std::unique_ptr<Peer> poller() {
    auto peer = std::make_unique<Peer>(gateway, host, Revision::v4);
    session::Opening opening;
    opening.address = "192.0.2.1";
    peer->socket().carry(std::make_unique<SingleSession>(peer->socket(), std::move(opening), nullptr));
    return peer;
  }

  TestGateway gateway;
  TestHost host;
};

TEST(SingleSession, BeginsWithTheHandshakeAndEndsWithTheSocket) {
  Hall hall;
  const auto peer = hall.poller();
  EXPECT_EQ(hall.host.sessions().size(), 0u);
  peer->begins_on_websocket(1);
  EXPECT_EQ(hall.host.sessions().size(), 1u);
  EXPECT_THAT(peer->hears(1), ElementsAre(testing::StartsWith("frame 0{\"sid\"")));
  peer->says(1, "1");
  EXPECT_THAT(peer->hears(1), ElementsAre("close 1000 "));
  EXPECT_EQ(hall.host.sessions().size(), 0u);
}

TEST(SingleSession, TakesTextAsTextAndBytesAsBytes) {
  Hall hall;
  const auto one = hall.guest(1);
  const auto two = hall.guest(2);
  one->says(1, "4hello");
  one->sends(1, "bytes");
  EXPECT_THAT(one->hears(1), ElementsAre("frame 4hello"));
  EXPECT_THAT(two->hears(2), ElementsAre("frame <bytes>"));
}

TEST(SingleSession, SpeaksOverPollsToo) {
  Hall hall;
  const auto peer = hall.poller();
  peer->begins_to_poll(1);
  EXPECT_THAT(peer->hears(1), ElementsAre(testing::StartsWith("200 0{\"sid\"")));
  peer->polls(2);
  peer->posts(3,
              "4a\x1e"
              "4b");
  EXPECT_THAT(peer->hears(3), ElementsAre("200 ok"));
  EXPECT_THAT(peer->hears(2), ElementsAre("200 4a | 4b"));
}

TEST(SingleSession, WhoseClientHasGoneIsNoMore) {
  Hall hall;
  const auto one = hall.guest(1);
  const auto two = hall.guest(2);
  one->goes(1);
  EXPECT_THAT(one->hears(1), ElementsAre("close 1000 "));
  EXPECT_EQ(hall.host.sessions().size(), 1u);
  two->sends(2, "x");
  EXPECT_THAT(one->hears(1), IsEmpty());
}

TEST(SingleSession, ARuleThatClosesSaysItsCode) {
  Hall hall(kSeat);
  const auto peer = hall.guest(1);
  peer->sends(1, "bye");
  peer->says(1, "4late");
  EXPECT_THAT(peer->hears(1), ElementsAre("close 4000 enough, take the rest", "close 4000 enough"));
  EXPECT_EQ(hall.host.sessions().size(), 0u);
  EXPECT_EQ(hall.host.size(), 0u);
}

TEST(SingleSession, OfASlowClientIsCutAndWhatItHadSaidIsTaken) {
  Hall hall;
  const auto slow = hall.guest(1);
  const auto other = hall.guest(2);
  hall.gateway.full.insert(1);
  other->sends(2, "bytes");
  EXPECT_THAT(slow->hears(1), ElementsAre("close 1013 slow consumer: limit outbox_bytes, take the rest"));
  EXPECT_EQ(hall.host.size(), 2u) << "its connection may have read more";
  slow->sends(1, "last");
  EXPECT_THAT(other->hears(2), ElementsAre("frame <last>"));
  slow->goes(1);
  EXPECT_THAT(slow->hears(1), ElementsAre("close 1013 slow consumer: limit outbox_bytes"));
  EXPECT_EQ(hall.host.sessions().size(), 1u);
}

TEST(SingleSession, WhoseConnectionSaysThatItIsSlowIsCut) {
  Hall hall;
  const auto slow = hall.guest(1);
  slow->reads_slowly(1);
  EXPECT_THAT(slow->hears(1), ElementsAre("close 1013 slow consumer: limit outbox_bytes, take the rest"));
}

TEST(SingleSession, ShowsThatItsClientIsThereWhenSomebodyAsks) {
  Hall hall(kSeat);
  const auto owner = hall.guest(1);
  const auto other = hall.guest(2);
  owner->says(1, "4mine");
  EXPECT_THAT(owner->hears(1), ElementsAre("frame 4mine"));
  other->says(2, "4mine");
  EXPECT_THAT(other->hears(2), IsEmpty());
  EXPECT_THAT(owner->hears(1), ElementsAre("say 2"));
  owner->says(1, "3");
  EXPECT_THAT(other->hears(2), ElementsAre("close 4001 taken, take the rest", "close 4001 taken"));
  EXPECT_THAT(owner->hears(1), IsEmpty());
}

TEST(SingleSession, WhoseClientIsNotThereLosesItsClaim) {
  Hall hall(kSeat);
  const auto owner = hall.guest(1);
  const auto other = hall.guest(2);
  owner->says(1, "4mine");
  other->says(2, "4mine");
  EXPECT_THAT(owner->hears(1), ElementsAre("frame 4mine", "say 2"));
  hall.host.pass(Millis(1'000));
  EXPECT_THAT(other->hears(2), ElementsAre("frame 4mine"));
  EXPECT_THAT(owner->hears(1), ElementsAre("close 4409 replaced by a new connection, take the rest",
                                           "close 4409 replaced by a new connection"));
}

TEST(SingleSession, WhoseInboxIsFullHandsOverNoMoreUntilThereIsRoom) {
  std::string yaml = kSeat;
  const std::string closes = "close: {code: 4000, reason: enough}";
  yaml.replace(yaml.find(closes), closes.size(), "reply: {data: $data}");
  Hall hall(yaml);
  hall.gateway.profile().limits.inbox_events = 2;
  const auto owner = hall.guest(1);
  const auto other = hall.guest(2);
  owner->says(1, "4mine");
  other->says(2, "4a");
  other->sends(2, "b");
  other->sends(2, "c");
  EXPECT_THAT(other->hears(2), ElementsAre("wait"));
  EXPECT_THAT(owner->hears(1), ElementsAre("frame 4mine", "say 2"));
  hall.host.pass(Millis(1'000));
  EXPECT_THAT(other->hears(2), ElementsAre("frame 4a", "frame <b>", "frame <c>", "resume"));
  owner->hears(1);
}

}  // namespace
}  // namespace polygate::engine_io
