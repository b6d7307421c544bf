#include "gateway/wire/websocket_frame.h"

#include <gtest/gtest.h>

#include <string>

#include "websocket_samples.h"

namespace polygate::wire {
namespace {

using std::string_literals::operator""s;

TEST(WebSocketFrame, WritesTheExamplesOfTheRfc) {  // section 5.7
  std::string frame;
  append_frame(frame, Opcode::text, "Hello");
  EXPECT_EQ(frame, "\x81\x05Hello");
  EXPECT_EQ(masked(Opcode::text, "Hello"), "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58");
  EXPECT_EQ(frame_header(Opcode::binary, 256).view(), "\x82\x7e\x01\x00"s);
  EXPECT_EQ(frame_header(Opcode::binary, 65536).view(), "\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00"s);
}

TEST(WebSocketFrame, UsesTheShortestLength) {
  EXPECT_EQ(frame_header(Opcode::text, 0).size, 2);
  EXPECT_EQ(frame_header(Opcode::text, 125).size, 2);
  EXPECT_EQ(frame_header(Opcode::text, 126).size, 4);
  EXPECT_EQ(frame_header(Opcode::text, 65535).size, 4);
  EXPECT_EQ(frame_header(Opcode::text, 65536).size, 10);
}

TEST(WebSocketFrame, CutsACloseReasonBetweenCharacters) {
  EXPECT_EQ(close_frame(1000, ""), "\x88\x02\x03\xe8");
  EXPECT_EQ(close_frame(1005, "unsaid"), "\x88\x00"s);
  const std::string long_reason = std::string(122, 'x') + "€";
  EXPECT_EQ(close_payload(1008, long_reason), "\x03\xf0" + std::string(122, 'x'));
  EXPECT_EQ(close_payload(1008, std::string(123, 'x')).size(), kMaxControlPayload);
}

TEST(WebSocketFrame, KnowsWhichCloseCodesMayBeSent) {
  const std::uint16_t good[] = {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010,
                                1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999};
  const std::uint16_t bad[] = {0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535};
  for (const auto code : good) EXPECT_TRUE(is_close_code(code)) << code;
  for (const auto code : bad) EXPECT_FALSE(is_close_code(code)) << code;
}

TEST(WebSocketFrame, UnmasksAnyPieceAtAnyAlignment) {
  std::string plain(100, '\0');
  for (std::size_t i = 0; i < plain.size(); ++i) plain[i] = static_cast<char>(i * 37);
  const MaskingKey key{'\x12', '\x34', '\xab', '\xcd'};
  for (std::size_t size = 0; size <= plain.size(); ++size) {
    for (std::size_t cut = 0; cut <= size; cut += 1 + size / 9) {
      std::string bytes = plain.substr(0, size);
      for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(bytes[i] ^ key[i % 4]);
      MaskingKey turned = key;
      unmask(std::span(bytes).first(cut), turned);
      unmask(std::span(bytes).subspan(cut), turned);
      ASSERT_EQ(bytes, plain.substr(0, size)) << size << " cut at " << cut;
    }
  }
}

TEST(WebSocketFrame, UnmaskTellsWhetherAllIsAscii) {
  for (std::size_t size = 1; size < 80; ++size) {
    std::string bytes(size, 'a');
    MaskingKey none{};
    EXPECT_TRUE(unmask(bytes, none)) << size;
    for (std::size_t at = 0; at < size; ++at) {
      std::string with_one = bytes;
      with_one[at] = '\x80';
      ASSERT_FALSE(unmask(with_one, none)) << size << " " << at;
    }
  }
}

}  // namespace
}  // namespace polygate::wire
