#include "gateway/dialect/socket_io_packet.h"

#include <gtest/gtest.h>

namespace polygate::socket_io {
namespace {

std::string written(const Packet& packet) {
  std::string text;
  append_packet(text, packet);
  return text;
}

TEST(SocketIoPacket, IsReadAndWrittenAsTheProtocolSays) {
  const std::pair<const char*, Packet> known[] = {
      {"0", {Type::connect, 0, "/", "", {}, ""}},
      {"0{\"token\":\"x\"}", {Type::connect, 0, "/", "", {}, "{\"token\":\"x\"}"}},
      {"0/admin,", {Type::connect, 0, "/admin", "", {}, ""}},
      {"0/admin?token=a&b=c,", {Type::connect, 0, "/admin", "token=a&b=c", {}, ""}},
      {"1/admin,", {Type::disconnect, 0, "/admin", "", {}, ""}},
      {"2[\"foo\"]", {Type::event, 0, "/", "", {}, "[\"foo\"]"}},
      {"20[\"foo\"]", {Type::event, 0, "/", "", 0, "[\"foo\"]"}},
      {"2/admin,456[\"foo\"]", {Type::event, 0, "/admin", "", 456, "[\"foo\"]"}},
      {"3/admin,456[]", {Type::ack, 0, "/admin", "", 456, "[]"}},
      {"4/random,{\"message\":\"Invalid namespace\"}",
       {Type::error, 0, "/random", "", {}, "{\"message\":\"Invalid namespace\"}"}},
      {"4\"Invalid namespace\"", {Type::error, 0, "/", "", {}, "\"Invalid namespace\""}},
      {"51-[\"baz\",{\"_placeholder\":true,\"num\":0}]",
       {Type::binary_event, 1, "/", "", {}, "[\"baz\",{\"_placeholder\":true,\"num\":0}]"}},
      {"50-[\"baz\"]", {Type::binary_event, 0, "/", "", {}, "[\"baz\"]"}},
      {"61-/admin,15[{\"_placeholder\":true,\"num\":0}]",
       {Type::binary_ack, 1, "/admin", "", 15, "[{\"_placeholder\":true,\"num\":0}]"}},
  };
  for (const auto& [text, packet] : known) {
    const auto read = parse_packet(text);
    ASSERT_TRUE(read) << text << ": " << read.failure().message;
    EXPECT_EQ(*read, packet) << text;
    EXPECT_EQ(written(packet), text);
  }
}

TEST(SocketIoPacket, ANamespaceMayEndWithThePacket) {
  EXPECT_EQ(parse_packet("0/custom")->name_space, "/custom");
  EXPECT_EQ(parse_packet("1/custom")->name_space, "/custom");
  EXPECT_EQ(parse_packet("0/custom?a=b")->query, "a=b");
}

TEST(SocketIoPacket, WhatNoClientWritesIsRefused) {
  for (const char* text : {"",
                           "7",
                           "abc",
                           "2",
                           "2{}",
                           "2abc[\"a\"]",
                           "2\"a\"",
                           "3[]",
                           "3",
                           "0[]",
                           "0\"x\"",
                           "01",
                           "1{}",
                           "11",
                           "4",
                           "4[]",
                           "5[\"a\"]",
                           "5-[\"a\"]",
                           "5x-[\"a\"]",
                           "61-[]",
                           "299999999999999999999[\"a\"]",
                           "599999999999999999999-[\"a\"]",
                           "2-1[\"a\"]"}) {
    EXPECT_FALSE(parse_packet(text)) << text;
  }
}

TEST(SocketIoPacket, AsciiJsonHasNoCharacterBeyondAscii) {
  std::string out;
  append_ascii(out, "[\"caf\u00e9 \u20ac \U0001F600\\n\"]");
  EXPECT_EQ(out, "[\"caf\\u00e9 \\u20ac \\ud83d\\ude00\\n\"]");
}

}  // namespace
}  // namespace polygate::socket_io
