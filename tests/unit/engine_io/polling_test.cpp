// Handshakes, and the requests of a client that polls.
#include "gateway/engine_io/polling.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/engine_io/listener.h"

namespace polygate::engine_io {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr char kUnknown[] = R"(400 {"code":1,"message":"Session ID unknown"})";
constexpr char kBadRequest[] = R"(400 {"code":3,"message":"Bad request"})";

FramePtr event_with(std::size_t attachments) {
  return std::make_shared<const Frame>(std::make_unique<const dialect::EngineMessage>(
      socket_io::Type::event, std::nullopt, R"(["e"])",
      std::make_shared<const std::vector<std::string>>(attachments, "x")));
}

/// Of a client of revision 3, which sends `t`; with `b64` it takes no binary answers.
Query timestamped(bool base64) {
  Query query;
  query.has_timestamp = true;
  query.base64 = base64;
  return query;
}

/// Of a client that polls with scripts.
Query scripted(std::string number) {
  Query query;
  query.jsonp = std::move(number);
  return query;
}

TEST(Handshake, OverPollingInRevision4IsAnsweredWithText) {
  Talk talk;
  talk.begin_polling(1);
  EXPECT_THAT(talk.peer.hears(1), ElementsAre("200 " + talk.open_packet("\"websocket\"", "20000")));
  EXPECT_EQ(talk.gateway.header(1, "Content-Type"), "text/plain; charset=UTF-8");
  EXPECT_EQ(talk.gateway.header(1, "Cache-Control"), "no-store");
  EXPECT_EQ(talk.gateway.header(1, "Set-Cookie"), "none");
  EXPECT_THAT(talk.ears.take(), ElementsAre("opened"));
}

TEST(Handshake, OverPollingInRevision3SaysItsLengthAndHowLongTheServerWaits) {
  Talk talk(Revision::v3);
  talk.begin_polling(1, timestamped(true));
  const std::string open = talk.open_packet("\"websocket\"", "60000");
  EXPECT_THAT(talk.peer.hears(1), ElementsAre("200 " + std::to_string(open.size()) + ':' + open));
  EXPECT_EQ(talk.gateway.header(1, "Content-Type"), "text/plain; charset=UTF-8");
}

TEST(Handshake, ARealClientOfRevision3ThatTakesBinaryAnswersHearsNoOthers) {
  Talk talk(Revision::v3);
  talk.begin_polling(1, timestamped(false));
  const std::string open = talk.open_packet("\"websocket\"", "60000");
  ASSERT_EQ(open.size(), 132u);
  EXPECT_THAT(talk.peer.hears(1), ElementsAre("200 " + std::string("\0\1\3\2\xff", 5) + open));
  EXPECT_EQ(talk.gateway.header(1, "Content-Type"), "application/octet-stream");
  talk.peer.polls(2);
  talk.says("a");
  EXPECT_THAT(talk.peer.hears(2), ElementsAre("200 " + std::string("\0\2\xff", 3) + "4a"));
}

TEST(Handshake, OverWebSocketIsOneFrame) {
  Talk fourth;
  fourth.begin_websocket(1);
  EXPECT_THAT(fourth.peer.hears(1), ElementsAre("frame " + fourth.open_packet("", "20000")));
  EXPECT_THAT(fourth.ears.take(), ElementsAre("opened"));
  Talk third(Revision::v3);
  third.begin_websocket(1);
  EXPECT_THAT(third.peer.hears(1), ElementsAre("frame " + third.open_packet("", "60000")));
}

TEST(Handshake, WithoutWebSocketsThereIsNoUpgrade) {
  Talk talk;
  talk.gateway.profile().engine.websocket = false;
  talk.begin_polling(1);
  EXPECT_THAT(talk.peer.hears(1), ElementsAre("200 " + talk.open_packet("", "20000")));
}

TEST(Handshake, TheOpenPacketComesAlone) {
  Talk talk;
  talk.begin_polling(1);
  EXPECT_TRUE(talk.says("at once"));
  EXPECT_THAT(talk.peer.hears(1), ElementsAre("200 " + talk.open_packet("\"websocket\"", "20000")));
  talk.peer.polls(2);
  EXPECT_THAT(talk.peer.hears(2), ElementsAre("200 4at once"));
}

TEST(Handshake, ItsAnswerAloneSetsTheCookie) {
  Talk talk;
  talk.gateway.profile().engine.cookie = "io";
  talk.polling();
  EXPECT_EQ(talk.gateway.header(1, "Set-Cookie"), "io=" + talk.peer.id().text() + "; Path=/; HttpOnly; SameSite=Lax");
  talk.peer.polls(1);
  talk.says("a");
  EXPECT_THAT(talk.peer.hears(1), ElementsAre("200 4a"));
  EXPECT_EQ(talk.gateway.header(1, "Set-Cookie"), "none");
}

TEST(Polls, WaitForWhatIsSaid) {
  Talk talk;
  talk.polling();
  talk.peer.polls(2);
  EXPECT_THAT(talk.peer.hears(2), IsEmpty());
  talk.says("a");
  talk.says("b");
  EXPECT_THAT(talk.peer.hears(2), ElementsAre("200 4a | 4b"));
  talk.says("c");
  EXPECT_THAT(talk.peer.hears(2), IsEmpty()) << "one poll, one answer";
  talk.peer.polls(3);
  EXPECT_THAT(talk.peer.hears(3), ElementsAre("200 4c"));
  EXPECT_EQ(talk.host.meter().outbox_bytes, 0u);
}

TEST(Polls, AreAnsweredWithSixteenPacketsAtMost) {
  Talk talk;
  talk.polling();
  std::string first = "200 40";
  for (int i = 0; i < 17; ++i) talk.says(std::to_string(i));
  for (int i = 1; i < 16; ++i) first += " | 4" + std::to_string(i);
  talk.peer.polls(2);
  EXPECT_THAT(talk.peer.hears(2), ElementsAre(first));
  talk.peer.polls(3);
  EXPECT_THAT(talk.peer.hears(3), ElementsAre("200 416"));
}

TEST(Polls, AMessageAndItsAttachmentsAreNotTornApart) {
  Talk talk;
  talk.polling();
  std::string first = "200 4a";
  for (int i = 0; i < 15; ++i) talk.says("a");
  for (int i = 1; i < 15; ++i) first += " | 4a";
  talk.socket().push(event_with(1), 0);
  talk.peer.polls(2);
  EXPECT_THAT(talk.peer.hears(2), ElementsAre(first));
  talk.socket().push(event_with(16), 0);
  talk.peer.polls(3);
  EXPECT_THAT(talk.peer.hears(3), ElementsAre(R"(200 451-["e"] | beA==)"));
  std::string whole = R"(200 4516-["e"])";
  for (int i = 0; i < 16; ++i) whole += " | beA==";
  talk.peer.polls(4);
  EXPECT_THAT(talk.peer.hears(4), ElementsAre(whole)) << "seventeen, as it cannot be otherwise";
}

TEST(Polling, SaysWhatARequestMeansAndAnswersIt) {
  using What = Polling::Asked::What;
  TestGateway gateway(kPlain);
  TestHost host(gateway);
  Ears ears;
  const Listener user(ears);
  const Sid id = Sid::make(0, 0);
  Polling polling(id, Revision::v4, gateway.profile(), {}, connection(1));
  EXPECT_TRUE(polling.push(host, message_of("a"), 0));
  polling.flush(host, user, false);
  EXPECT_THAT(std::exchange(gateway.lines[1], {}), ElementsAre("200 4a"));
  const auto ask = [&](std::uint32_t n, const char* method, const char* body) {
    Request request;
    request.method = method;
    request.body = body;
    return polling.request(host, user, connection(n), request).what;
  };
  EXPECT_EQ(ask(2, "GET", ""), What::poll);
  EXPECT_TRUE(polling.is_parked());
  EXPECT_EQ(ask(3, "POST", "4a"), What::post);
  polling.posted(host, connection(3), true);
  EXPECT_THAT(gateway.lines[3], IsEmpty()) << "its packets found no room";
  EXPECT_EQ(ask(4, "POST", "4b"), What::end) << "a second one";
  EXPECT_EQ(ask(5, "GET", ""), What::end) << "a second one";
  EXPECT_TRUE(polling.closed(connection(2)));
  EXPECT_FALSE(polling.closed(connection(7)));
  polling.end(host);
  EXPECT_THAT(std::exchange(gateway.lines[3], {}), ElementsAre("200 ok"));
  EXPECT_THAT(std::exchange(gateway.lines[4], {}), ElementsAre("400 and close"));
  EXPECT_THAT(std::exchange(gateway.lines[5], {}), ElementsAre("400 "));
}

TEST(Polls, WhatWaitsForThemIsBoundedAndCounted) {
  Talk talk;
  talk.gateway.profile().limits.outbox_bytes = 1'000;
  talk.polling();
  const std::size_t each = message_of("a")->weight() + kWaitingFrame;
  ASSERT_EQ(each, 177u);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(talk.says("a")) << i;
  EXPECT_FALSE(talk.says("a"));
  EXPECT_EQ(talk.host.meter().outbox_bytes, 5 * each);
  EXPECT_FALSE(talk.socket().has_room());
  talk.peer.polls(2);
  EXPECT_THAT(talk.peer.hears(2), ElementsAre("200 4a | 4a | 4a | 4a | 4a"));
  EXPECT_EQ(talk.host.meter().outbox_bytes, 0u);
  EXPECT_TRUE(talk.socket().has_room());
  EXPECT_TRUE(talk.says(std::string(2'000, 'a'))) << "one message always may";
}

TEST(Polls, WhatWaitedWhenItIsOverIsCountedNoMore) {
  Talk talk;
  talk.polling();
  talk.says("a");
  talk.peer.posts(2, "1");
  EXPECT_THAT(talk.peer.hears(2), ElementsAre("200 ok"));
  EXPECT_TRUE(talk.is_over());
  EXPECT_EQ(talk.host.meter().outbox_bytes, 0u);
}

TEST(Polls, TellTheUserWhenNothingWaits) {
  Talk talk;
  talk.polling();
  talk.says("a");
  talk.ears.asks_for_drained = true;
  talk.socket().ask_for_drained();
  talk.host.turn();
  EXPECT_THAT(talk.ears.take(), IsEmpty());
  talk.peer.polls(2);
  EXPECT_THAT(talk.peer.hears(2), ElementsAre("200 4a"));
  EXPECT_THAT(talk.ears.take(), ElementsAre("drained"));
}

TEST(Polls, OfScriptsAreAnsweredWithACallOfTheirNumber) {
  Talk talk;
  talk.begin_polling(1, scripted("7"));
  std::string open = talk.open_packet(R"("websocket")", "20000");
  for (std::size_t at = 0; (at = open.find('"', at)) != std::string::npos; at += 2) open.insert(at, "\\");
  EXPECT_THAT(talk.peer.hears(1), ElementsAre("200 ___eio[7](\"" + open + "\");"));
  EXPECT_EQ(talk.gateway.header(1, "Content-Type"), "text/javascript; charset=UTF-8");
  talk.peer.polls(2, "8");
  talk.says("a\xe2\x80\xa8");
  EXPECT_THAT(talk.peer.hears(2), ElementsAre(R"x(200 ___eio[8]("4a\u2028");)x"));
  talk.ears.take();
  talk.peer.posts(3, "d=4line%5Cnline+%5C%5Cn", "application/x-www-form-urlencoded");
  EXPECT_THAT(talk.peer.hears(3), ElementsAre("200 ok"));
  EXPECT_THAT(talk.ears.take(), ElementsAre("text line\nline \\n"));
}

TEST(Polls, TwoAtOnceEndTheSession) {
  Talk talk;
  talk.polling();
  talk.peer.polls(2);
  talk.peer.polls(3);
  talk.peer.polls(4);
  EXPECT_THAT(talk.peer.hears(2), ElementsAre("200 1"));
  EXPECT_THAT(talk.peer.hears(3), ElementsAre("400 "));
  EXPECT_THAT(talk.peer.hears(4), ElementsAre(kUnknown));
  EXPECT_THAT(talk.ears.take(), ElementsAre("closed lost"));
  EXPECT_TRUE(talk.is_over());
}

TEST(Posts, AreTakenPacketByPacketAndAnswered) {
  Talk talk;
  talk.polling();
  talk.peer.posts(2,
                  "4a\x1e"
                  "b/wA=\x1e"
                  "6\x1e"
                  "4b");
  EXPECT_THAT(talk.peer.hears(2), ElementsAre("200 ok"));
  EXPECT_EQ(talk.gateway.header(2, "Content-Type"), "text/html");
  EXPECT_THAT(talk.ears.take(), ElementsAre("text a", "binary " + std::string("\xff\0", 2), "text b"));
  EXPECT_EQ(talk.ears.signs, 4u);
}

TEST(Posts, WaitForRoomWhereTcpCannotPushBack) {
  Talk talk;
  talk.polling();
  talk.ears.is_full = true;
  talk.peer.posts(2,
                  "4a\x1e"
                  "4b");
  EXPECT_THAT(talk.peer.hears(2), IsEmpty());
  EXPECT_THAT(talk.ears.take(), ElementsAre("text a", "text b")) << "what is at hand is taken";
  talk.socket().resume_input();
  EXPECT_THAT(talk.peer.hears(2), IsEmpty()) << "it is full still";
  talk.ears.is_full = false;
  talk.socket().resume_input();
  EXPECT_THAT(std::exchange(talk.gateway.lines[2], {}), ElementsAre("200 ok"));
  talk.socket().resume_input();
  EXPECT_THAT(talk.peer.hears(2), IsEmpty()) << "one request, one answer";
}

TEST(Posts, WhoseClientGoesWhileTheyWaitForRoomAreForgotten) {
  Talk talk;
  talk.polling();
  talk.ears.is_full = true;
  talk.peer.posts(2, "4a");
  talk.peer.goes(2);
  talk.ears.is_full = false;
  EXPECT_THAT(talk.peer.hears(2), IsEmpty());
  talk.peer.posts(3, "4b");
  EXPECT_THAT(talk.peer.hears(3), ElementsAre("200 ok"));
  EXPECT_THAT(talk.ears.take(), ElementsAre("text a", "text b"));
}

TEST(Posts, ASecondOneWhileTheFirstWaitsEndsTheSession) {
  Talk talk;
  talk.polling();
  talk.ears.is_full = true;
  talk.peer.polls(4);
  talk.peer.posts(2, "4a");
  talk.peer.posts(3, "4b");
  EXPECT_THAT(talk.peer.hears(2), ElementsAre("200 ok")) << "what it brought was taken";
  EXPECT_THAT(talk.peer.hears(3), ElementsAre("400 and close"));
  EXPECT_THAT(talk.peer.hears(4), ElementsAre("200 1"));
  EXPECT_THAT(talk.ears.take(), ElementsAre("text a", "closed lost"));
  EXPECT_TRUE(talk.is_over());
}

TEST(Posts, ASecondOneWhileTheFirstIsReceivedEndsBothConnections) {
  for (const bool is_whole : {false, true}) {
    Talk talk;
    talk.polling();
    talk.peer.begins_to_post(2);
    if (is_whole) {
      talk.peer.posts(3, "4b");
    } else {
      talk.peer.begins_to_post(3);
    }
    EXPECT_THAT(talk.peer.hears(2), ElementsAre("close 1000 "));
    EXPECT_THAT(talk.peer.hears(3), ElementsAre("400 and close"));
    EXPECT_THAT(talk.ears.take(), ElementsAre("closed lost"));
    EXPECT_TRUE(talk.is_over());
  }
}

TEST(Posts, OneAfterTheOtherIsNoSecondOne) {
  Talk talk;
  talk.polling();
  talk.peer.begins_to_post(2);
  talk.peer.posts(2, "4a");
  talk.peer.begins_to_post(3);
  talk.peer.goes(3);
  talk.peer.begins_to_post(4);
  talk.peer.posts(4, "4b");
  EXPECT_THAT(talk.peer.hears(2), ElementsAre("200 ok"));
  EXPECT_THAT(talk.peer.hears(4), ElementsAre("200 ok"));
  EXPECT_THAT(talk.ears.take(), ElementsAre("text a", "text b"));
  EXPECT_FALSE(talk.is_over());
}

TEST(Posts, WithAMessageThatIsTooLargeAreNotTakenAndTheSessionLives) {
  Talk talk;
  talk.polling();
  talk.peer.posts(2,
                  "4a\x1e"
                  "4" +
                      std::string(101, 'x'));
  EXPECT_THAT(talk.peer.hears(2), ElementsAre("413 "));
  EXPECT_THAT(talk.ears.take(), IsEmpty());
  talk.peer.posts(2,
                  "4a\x1e"
                  "4" +
                      std::string(100, 'x'));
  EXPECT_THAT(talk.peer.hears(2), ElementsAre("200 ok"));
  EXPECT_THAT(talk.ears.take(), ElementsAre("text a", "text " + std::string(100, 'x')));
}

TEST(Posts, ThatAreNoneAreAnsweredAndEndTheSession) {
  struct Case {
    Revision revision;
    std::string type;
    std::string body;
  };
  const std::string form = "application/x-www-form-urlencoded";
  const std::string bytes = "application/octet-stream";
  for (const Case& one : {Case{Revision::v4, "text/plain", ""}, Case{Revision::v4, "text/plain", "4\xff"},
                          Case{Revision::v4, form, "d=%4"}, Case{Revision::v4, "text/plain", "9"},
                          Case{Revision::v4, "text/plain", "0{}"}, Case{Revision::v4, "text/plain", "2"},
                          Case{Revision::v3, "text/plain", "1:3"}, Case{Revision::v3, "text/plain", "3:4a"},
                          Case{Revision::v3, bytes, std::string("\0\2\xff", 3) + "4\xff"}}) {
    Talk talk(one.revision);
    talk.polling();
    talk.peer.polls(3);
    talk.peer.posts(2, one.body, one.type);
    EXPECT_THAT(talk.peer.hears(2), ElementsAre("200 ok")) << one.body;
    EXPECT_THAT(talk.peer.hears(3), ElementsAre(one.revision == Revision::v4 ? "200 1" : "200 1:1"));
    EXPECT_THAT(talk.ears.take(), ElementsAre("closed lost broken")) << one.body;
    EXPECT_TRUE(talk.is_over());
  }
}

TEST(Posts, NothingBehindABrokenPacketIsTaken) {
  Talk talk;
  talk.polling();
  talk.peer.posts(2,
                  "4a\x1e"
                  "9\x1e"
                  "4b");
  EXPECT_THAT(talk.peer.hears(2), ElementsAre("200 ok"));
  EXPECT_THAT(talk.ears.take(), ElementsAre("text a", "closed lost broken"));
}

TEST(Posts, OfBytesAreNotOfRevision4) {
  Talk talk;
  talk.polling();
  talk.peer.posts(2, "4a", "application/octet-stream");
  EXPECT_THAT(talk.peer.hears(2), ElementsAre("400 "));
  EXPECT_THAT(talk.ears.take(), ElementsAre("closed lost"));
}

TEST(Posts, WhoEncodesTwiceIsKnownByTheFirstTextBeyondAscii) {
  Talk talk(Revision::v3);
  talk.polling();
  talk.peer.posts(2, "2:4a");
  talk.peer.posts(2, "3:4\xc3\x83\xc2\xa9");  // U+00E9, twice
  talk.peer.posts(2, "3:4\xc3\x83\xc2\xa8");
  EXPECT_THAT(talk.ears.take(), ElementsAre("text a", "text \xc3\xa9", "text \xc3\xa8"));
  EXPECT_THAT(talk.peer.hears(2), ElementsAre("200 ok", "200 ok", "200 ok"));
}

TEST(Requests, OfAnotherMethodOrRevisionAreRefusedAndTheSessionLives) {
  Talk talk;
  talk.polling();
  talk.peer.asks(2, "PUT", Revision::v4);
  talk.peer.asks(3, "GET", Revision::v3);
  EXPECT_THAT(talk.peer.hears(2), ElementsAre("500 "));
  EXPECT_THAT(talk.peer.hears(3), ElementsAre(kBadRequest));
  talk.peer.polls(4);
  talk.says("a");
  EXPECT_THAT(talk.peer.hears(4), ElementsAre("200 4a"));
}

TEST(Requests, OfAClientThatIsOnAWebSocketAreRefused) {
  Talk talk;
  talk.on_websocket();
  talk.peer.begins_to_post(2);
  talk.peer.posts(2, "4a");
  talk.peer.polls(3);
  EXPECT_THAT(talk.peer.hears(2), ElementsAre(kBadRequest));
  EXPECT_THAT(talk.peer.hears(3), ElementsAre(kBadRequest));
  EXPECT_THAT(talk.ears.take(), IsEmpty());
}

}  // namespace
}  // namespace polygate::engine_io
