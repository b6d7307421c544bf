#include "gateway/wire/websocket_decoder.h"

#include <gtest/gtest.h>

#include <string>

#include "websocket_samples.h"

namespace polygate::wire {
namespace {

using Kind = WebSocketItem::Kind;
using Peer = WebSocketDecoder::Peer;
using std::string_literals::operator""s;

/// Expects exactly one item, a violation, and returns its code.
int violation_of(std::string_view bytes, std::size_t max_message = 1 << 20) {
  const std::vector<KeptItem> items = decode(bytes, max_message);
  if (items.size() != 1 || items[0].kind != Kind::violation) return 0;
  EXPECT_FALSE(items[0].payload.empty());
  EXPECT_LE(items[0].payload.size(), kMaxCloseReason);
  return items[0].code;
}

TEST(WebSocketDecoder, ReadsMessagesAndControlFrames) {
  const std::string bytes = masked(Opcode::text, "Hellö") + masked(Opcode::ping, "p") + masked(Opcode::pong, "") +
                            masked(Opcode::binary, "\xff\x00"s) + masked(Opcode::text, "") +
                            masked(Opcode::close, close_payload(1001, "bye"));
  const std::vector<KeptItem> expected = {{Kind::text, 0, "Hellö"}, {Kind::ping, 0, "p"},
                                          {Kind::pong, 0, ""},      {Kind::binary, 0, "\xff\x00"s},
                                          {Kind::text, 0, ""},      {Kind::close, 1001, "bye"}};
  EXPECT_EQ(decode(bytes), expected);
}

TEST(WebSocketDecoder, JoinsFragmentsAndLetsControlFramesThrough) {
  const std::string bytes = masked(Opcode::text, "one ", false) + masked(Opcode::ping, "now") +
                            masked(Opcode::continuation, "", false) + masked(Opcode::continuation, "two ", false) +
                            masked(Opcode::pong, "x") + masked(Opcode::continuation, "three") +
                            masked(Opcode::binary, "b");
  const std::vector<KeptItem> expected = {
      {Kind::ping, 0, "now"}, {Kind::pong, 0, "x"}, {Kind::text, 0, "one two three"}, {Kind::binary, 0, "b"}};
  EXPECT_EQ(decode(bytes), expected);
}

TEST(WebSocketDecoder, ReadsEveryLengthForm) {
  for (const std::size_t size : {0, 1, 125, 126, 127, 65535, 65536, 70000}) {
    const std::string payload(size, 'x');
    const std::vector<KeptItem> expected = {{Kind::binary, 0, payload}, {Kind::text, 0, payload}};
    EXPECT_EQ(decode(masked(Opcode::binary, payload) + masked(Opcode::text, payload)), expected) << size;
  }
}

TEST(WebSocketDecoder, HandsOutAWholeFrameWithoutACopy) {
  std::string bytes = masked(Opcode::text, "in place") + masked(Opcode::text, "too");
  WebSocketDecoder decoder(100);
  std::span<char> left(bytes);
  WebSocketItem item = decoder.next(left);
  EXPECT_EQ(item.payload, "in place");
  EXPECT_EQ(item.payload.data(), bytes.data() + 6);
  item = decoder.next(left);
  EXPECT_EQ(item.payload, "too");
  EXPECT_EQ(item.payload.data() + 3, bytes.data() + bytes.size());
  EXPECT_TRUE(left.empty());
}

TEST(WebSocketDecoder, StopsBetweenTwoMessages) {
  std::string bytes = masked(Opcode::text, "a") + masked(Opcode::text, "b");
  WebSocketDecoder decoder(100);
  std::span<char> left(bytes);
  EXPECT_EQ(decoder.next(left).payload, "a");
  EXPECT_EQ(left.size(), 7u);
  EXPECT_TRUE(decoder.idle());
}

TEST(WebSocketDecoder, IsIdleOnlyBetweenMessages) {
  WebSocketDecoder decoder(100);
  EXPECT_TRUE(decoder.idle());
  decode(decoder, "\x81", [] { return 1; });
  EXPECT_FALSE(decoder.idle());
  WebSocketDecoder fragmented(100);
  decode(fragmented, masked(Opcode::text, "a", false), [] { return 100; });
  EXPECT_FALSE(fragmented.idle());
  decode(fragmented, masked(Opcode::continuation, "b"), [] { return 100; });
  EXPECT_TRUE(fragmented.idle());
}

TEST(WebSocketDecoder, SwallowsWhatFollowsACloseOrAViolation) {
  for (const std::string& end : {masked(Opcode::close, ""), "\xff"s}) {
    WebSocketDecoder decoder(100);
    const std::string bytes = end + masked(Opcode::text, "late");
    EXPECT_EQ(decode(decoder, bytes, [&] { return bytes.size(); }).size(), 1u);
    EXPECT_TRUE(decode(decoder, masked(Opcode::text, "later"), [] { return 3; }).empty());
  }
}

TEST(WebSocketDecoder, TellsACloseWithoutACode) {
  const std::vector<KeptItem> expected = {{Kind::close, 1005, ""}};
  EXPECT_EQ(decode(masked(Opcode::close, "")), expected);
}

TEST(WebSocketDecoder, RefusesCloseCodesThatMayNotBeSent) {
  for (const unsigned code : {0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 65535}) {
    const std::string payload = {static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
    EXPECT_EQ(violation_of(masked(Opcode::close, payload)), 1002) << code;
  }
  EXPECT_EQ(violation_of(masked(Opcode::close, "\x03")), 1002);
}

TEST(WebSocketDecoder, ReadsAServersFramesForAClient) {
  std::string bytes;
  append_frame(bytes, Opcode::text, "hi");
  const std::vector<KeptItem> expected = {{Kind::text, 0, "hi"}};
  EXPECT_EQ(decode(bytes, 100, Peer::server), expected);
  EXPECT_EQ(decode(masked(Opcode::text, "hi"), 100, Peer::server)[0].code, 1002);
}

TEST(Threats, T05_RefusesOversizedMessagesFromTheHeader) {
  EXPECT_EQ(violation_of(masked(Opcode::text, std::string(101, 'x')), 100), 1009);
  EXPECT_EQ(violation_of("\x82\xff\x00\x00\x00\x00\x40\x00\x00\x00"s), 1009) << "1 GiB, before the mask is there";
  EXPECT_EQ(violation_of("\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff"s), 1009);
  EXPECT_EQ(violation_of("\x82\xff\x80\x00\x00\x00\x00\x00\x00\x00"s), 1002) << "2^63";
  EXPECT_EQ(violation_of("\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff"s), 1002);
  EXPECT_EQ(violation_of(masked(Opcode::text, std::string(60, 'x'), false) + "\x80\xa9"s, 100), 1009) << "the sum";
  EXPECT_EQ(decode(masked(Opcode::text, std::string(100, 'x')), 100)[0].kind, Kind::text);
  EXPECT_EQ(decode(masked(Opcode::text, std::string(101, 'x')), 100)[0].payload,
            "a message of 101 bytes is over the limit of 100 (max_message)");
}

TEST(Threats, T06_CutsAFloodOfEmptyFragments) {
  std::string flood = masked(Opcode::text, "", false);
  for (int i = 1; i < 1024; ++i) flood += masked(Opcode::continuation, "", false);
  EXPECT_EQ(decode(flood + masked(Opcode::continuation, "end"))[0].payload, "end");
  EXPECT_EQ(violation_of(flood + masked(Opcode::continuation, "", false)), 1008);
  const std::string spaced = flood + masked(Opcode::continuation, "x", false);
  EXPECT_EQ(decode(spaced + masked(Opcode::continuation, "", false) + masked(Opcode::continuation, ""))[0].payload,
            "x");
}

TEST(Threats, T06_GathersManySmallFragmentsUpToTheLimit) {
  std::string bytes = masked(Opcode::binary, std::string(64, 'x'), false);
  for (int i = 1; i < 1000; ++i) bytes += masked(Opcode::continuation, std::string(64, 'x'), false);
  const std::string last = masked(Opcode::continuation, "y");
  EXPECT_EQ(decode(bytes + last, 64'001)[0].payload, std::string(64'000, 'x') + "y");
  EXPECT_EQ(violation_of(bytes + last, 64'000), 1009);
}

TEST(Threats, T07_RefusesBrokenFraming) {
  const struct {
    const char* what;
    std::string bytes;
  } cases[] = {
      {"an unmasked frame", "\x81\x05Hello"},
      {"an unmasked frame, at its second byte", "\x81\x05"},
      {"RSV1", "\xc1\x80"},
      {"RSV2", "\xa1\x80"},
      {"RSV3", "\x91\x80"},
      {"a reserved bit, at the first byte", "\xc1"},
      {"RSV1 on a control frame", "\xc9\x80"},
      {"opcode 3", "\x83\x80"},
      {"opcode 7", "\x87\x80"},
      {"opcode 11", "\x8b\x80"},
      {"opcode 15", "\x8f\x80"},
      {"a fragmented ping", "\x09\x80"},
      {"a fragmented close", "\x08\x80"},
      {"a long ping", "\x89\xfe"},
      {"a long ping in 64 bits", "\x89\xff"},
      {"a continuation of nothing", masked(Opcode::continuation, "x")},
      {"an open continuation of nothing", masked(Opcode::continuation, "x", false)},
      {"a new message inside a fragmented one", masked(Opcode::text, "x", false) + masked(Opcode::text, "y")},
      {"a new fragmented message inside one", masked(Opcode::text, "x", false) + masked(Opcode::binary, "y", false)},
      {"125 bytes in the 16 bit form", "\x82\xfe\x00\x7d"s},
      {"0 bytes in the 16 bit form", "\x82\xfe\x00\x00"s},
      {"65535 bytes in the 64 bit form", "\x82\xff\x00\x00\x00\x00\x00\x00\xff\xff"s},
  };
  for (const auto& [what, bytes] : cases) EXPECT_EQ(violation_of(bytes), 1002) << what;
}

TEST(Threats, T08_RefusesInvalidUtf8AtItsFirstByte) {
  for (const std::string_view bad : {"\xff", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90", "\xe2\x28"}) {
    EXPECT_EQ(violation_of(masked(Opcode::text, "ok " + std::string(bad) + " more")), 1007);
    const std::string whole = masked(Opcode::text, "some ascii in front " + std::string(bad) + std::string(80, 'x'));
    EXPECT_EQ(violation_of(whole.substr(0, 6 + 20 + bad.size())), 1007) << "before the frame is complete";
  }
  EXPECT_EQ(violation_of(masked(Opcode::text, "\xe2\x82")), 1007) << "cut at the end of the message";
  EXPECT_EQ(violation_of(masked(Opcode::text, "\xe2", false) + masked(Opcode::continuation, "\x28", false)), 1007);
  EXPECT_EQ(violation_of(masked(Opcode::text, "\xe2", false) + masked(Opcode::continuation, "")), 1007);
  EXPECT_EQ(violation_of(masked(Opcode::close, "\x03\xe8\xff")), 1007);
  EXPECT_EQ(violation_of(masked(Opcode::close, "\x03\xe8\xe2\x82")), 1007);
}

TEST(Threats, T08_AcceptsCharactersThatAreCutBetweenFrames) {
  const std::string_view text = "κόσμε €uro 𝄞";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    const std::string bytes = masked(Opcode::text, text.substr(0, cut), false) + masked(Opcode::ping, "\xff") +
                              masked(Opcode::continuation, text.substr(cut));
    const std::vector<KeptItem> expected = {{Kind::ping, 0, "\xff"}, {Kind::text, 0, std::string(text)}};
    EXPECT_EQ(decode(bytes), expected) << cut;
  }
}

TEST(Threats, T08_TextStateDoesNotLeakIntoTheNextMessage) {
  const std::vector<KeptItem> expected = {{Kind::binary, 0, "\xff\xe2"}, {Kind::text, 0, "ok"}};
  EXPECT_EQ(decode(masked(Opcode::binary, "\xff\xe2") + masked(Opcode::text, "ok")), expected);
}

TEST(WebSocketDecoder, FindsTheSameHoweverTheBytesAreCut) {
  const std::string good = masked(Opcode::text, "Hellö") + masked(Opcode::text, "frag", false) +
                           masked(Opcode::ping, std::string(125, 'p')) + masked(Opcode::continuation, "", false) +
                           masked(Opcode::continuation, "€mented") + masked(Opcode::pong, "") +
                           masked(Opcode::binary, std::string(300, '\xfe')) + masked(Opcode::text, "");
  const std::string connections[] = {
      good + masked(Opcode::close, close_payload(4000, "bye")) + good,
      good +
          masked(Opcode::text,
                 "a\xff"
                 "b") +
          good,
      good + masked(Opcode::text, std::string(301, 'x')),
      good + masked(Opcode::close, "\x03"),
      good + masked(Opcode::close, "\x03\xe8\xff"),
      good + masked(Opcode::text, "x", false) + masked(Opcode::text, "y"),
      good + "\x82\xfe\x00\x10"s,
      good + "\x81\x05Hello",
  };
  std::mt19937 random(7);
  for (const std::string& bytes : connections) {
    const std::vector<KeptItem> whole = decode(bytes, 300);
    ASSERT_EQ(whole.size(), 7u);
    for (int round = 0; round < 300; ++round) {
      const std::size_t most = 1 + static_cast<std::size_t>(round) / 4;
      WebSocketDecoder decoder(300);
      ASSERT_EQ(decode(decoder, bytes, [&] { return random() % most; }), whole) << most;
    }
  }
}

}  // namespace
}  // namespace polygate::wire
