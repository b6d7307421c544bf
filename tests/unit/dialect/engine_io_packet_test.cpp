#include "gateway/dialect/engine_io_packet.h"

#include <gtest/gtest.h>

#include <vector>

namespace polygate::engine_io {
namespace {

struct Owned {
  Type type;
  bool binary;
  std::string data;
  bool operator==(const Owned&) const = default;
};

void PrintTo(const Owned& packet, std::ostream* out) {
  *out << static_cast<int>(packet.type) << (packet.binary ? " binary " : " text ")
       << ::testing::PrintToString(packet.data);
}

/// All packets of a body; empty when one of them is malformed.
std::vector<Owned> all(Payload payload, std::string_view body) {
  std::vector<Owned> packets;
  std::string scratch;
  do {
    const auto packet = take_packet(payload, body, scratch);
    if (!packet) return {};
    packets.push_back({packet->type, packet->binary, std::string(packet->data)});
  } while (!body.empty());
  return packets;
}

std::string body_of(Payload payload, const std::vector<Owned>& packets) {
  std::string body;
  for (const Owned& packet : packets) append_packet(body, payload, {packet.type, packet.binary, packet.data});
  return body;
}

using namespace std::string_literals;

TEST(EngineIo4, PacketsOfABodyAreSeparatedAndBinaryIsBase64) {
  const std::vector<Owned> packets = {
      {Type::message, false, "hello"}, {Type::ping, false, ""}, {Type::message, true, "\1\2\3\4"s}};
  EXPECT_EQ(body_of(Payload::v4, packets),
            "4hello\x1e"
            "2\x1e"
            "bAQIDBA==");
  EXPECT_EQ(all(Payload::v4,
                "4hello\x1e"
                "2\x1e"
                "bAQIDBA=="),
            packets);
}

TEST(EngineIo3, LengthsOfTextAreCountedInUtf16) {
  const std::vector<Owned> packets = {
      {Type::message, false, "caf\u00e9"}, {Type::message, false, "\U0001F600"}, {Type::message, true, "\1\2\3\4"s}};
  EXPECT_EQ(body_of(Payload::v3_text, packets),
            "5:4caf\u00e9"
            "3:4\U0001F600"
            "10:b4AQIDBA==");
  EXPECT_EQ(all(Payload::v3_text,
                "5:4caf\u00e9"
                "3:4\U0001F600"
                "10:b4AQIDBA=="),
            packets);
  EXPECT_EQ(all(Payload::v3_text, "6:4hello2:4\u20ac"),
            (std::vector<Owned>{{Type::message, false, "hello"}, {Type::message, false, "\u20ac"}}));
}

TEST(EngineIo3, LengthsOfOctetsAreCountedInBytes) {
  const std::vector<Owned> packets = {{Type::message, false, "2[\"caf\u00e9\"]"}, {Type::message, true, "\1\xff\0"s}};
  const std::string body = "\x00\x01\x01\xff"s + "42[\"caf\u00e9\"]" + "\x01\x04\xff\x04\x01\xff\x00"s;
  EXPECT_EQ(body_of(Payload::v3_binary, packets), body);
  EXPECT_EQ(all(Payload::v3_binary, body), packets);
}

TEST(EngineIo, WhatIsNoPacketIsRefused) {
  for (const std::string& body : {""s, "7"s, "abc"s, "\x1e"s, "4a\x1e"s,
                                  "\x1e"
                                  "4a"s,
                                  "b*"s, "bA"s, "bAQIDBA==="s, "bAQ=IDBA="s, "bAQIDBA=\n"s, "bAQI\vDBA=="s}) {
    EXPECT_TRUE(all(Payload::v4, body).empty()) << ::testing::PrintToString(body);
  }
  for (const std::string& body : {""s, "4hello"s, ":4"s, "3:4a"s, "0:"s, "1:9"s, "2:4\U0001F600"s, "99999999999:4"s,
                                  "3:b5A"s, "4:bAQI"s, "1:4x"s}) {
    EXPECT_TRUE(all(Payload::v3_text, body).empty()) << ::testing::PrintToString(body);
  }
  for (const std::string& body : {""s,
                                  "\x02\x01\xff"
                                  "4"s,
                                  "\x00\xff"s,
                                  "\x00\x01"
                                  "4"s,
                                  "\x00\x05\xff"
                                  "4"s,
                                  "\x01\x01\xff"
                                  "4"s,
                                  "\x00\x00\xff"s,
                                  "\x00\x09\x09\x09\x09\x09\x09\x09\x09\x09\x09\xff"
                                  "4"s}) {
    EXPECT_TRUE(all(Payload::v3_binary, body).empty()) << ::testing::PrintToString(body);
  }
}

TEST(EngineIo, Base64MayHaveLineEnds) {
  const std::vector<Owned> packets = {{Type::message, true, std::string(60, 'a')}, {Type::message, false, "x"}};
  std::string encoded;
  for (int i = 0; i < 20; ++i) encoded += "YWFh";
  for (const std::string& end : {"\n"s, "\r\n"s}) {
    EXPECT_EQ(all(Payload::v4, 'b' + encoded.substr(0, 76) + end + encoded.substr(76) + end + "\x1e" + "4x"), packets);
    const std::string packet = "b4" + encoded.substr(0, 76) + end + encoded.substr(76) + end;
    EXPECT_EQ(all(Payload::v3_text, std::to_string(packet.size()) + ':' + packet + "2:4x"), packets);
  }
  const std::vector<Owned> padded = {{Type::message, true, "\1\2\3\4"s}};
  EXPECT_EQ(all(Payload::v4, "bAQID\nBA==\n"), padded);
  EXPECT_EQ(all(Payload::v4, "b AQID\tBA=\r\n="), padded);
  EXPECT_EQ(all(Payload::v4, "bAQIDBA\n"), padded);
}

TEST(EngineIo, WebSocketMessagesHaveATypeByteInRevision3Only) {
  std::string scratch;
  std::string out;
  append_message(out, Revision::v3, {Type::message, true, "ab"});
  EXPECT_EQ(out,
            "\x04"
            "ab");
  EXPECT_EQ(decode_message(Revision::v3, false,
                           "\x04"
                           "ab",
                           scratch)
                ->data,
            "ab");
  EXPECT_FALSE(decode_message(Revision::v3, false, "ab", scratch));
  EXPECT_EQ(decode_message(Revision::v4, false, "ab", scratch)->data, "ab");
  EXPECT_EQ(decode_message(Revision::v4, false, "", scratch)->data, "");
  EXPECT_EQ(decode_message(Revision::v4, true, "2probe", scratch)->data, "probe");
  EXPECT_EQ(decode_message(Revision::v4, true, "bAQI=", scratch)->data, "\1\2");
  EXPECT_EQ(decode_message(Revision::v3, true, "b4AQI=", scratch)->data, "\1\2");
  EXPECT_FALSE(decode_message(Revision::v4, true, "", scratch));
}

}  // namespace
}  // namespace polygate::engine_io
