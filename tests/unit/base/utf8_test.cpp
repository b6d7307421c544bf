#include "gateway/base/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace polygate {
namespace {

/// How many bytes are taken before the first wrong one, fed one by one.
std::size_t valid_prefix(std::string_view bytes) {
  Utf8 utf8;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (!utf8.feed(bytes.substr(i, 1))) return i;
  }
  return bytes.size();
}

/// The definition (RFC 3629 section 3), encoded anew.
std::string encoded(char32_t c) {
  std::string out;
  auto put = [&out](char32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xc0 | c >> 6), put(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    put(0xe0 | c >> 12), put(0x80 | (c >> 6 & 0x3f)), put(0x80 | (c & 0x3f));
  } else {
    put(0xf0 | c >> 18), put(0x80 | (c >> 12 & 0x3f)), put(0x80 | (c >> 6 & 0x3f)), put(0x80 | (c & 0x3f));
  }
  return out;
}

TEST(Utf8, TakesEveryCharacterAndNoSurrogate) {
  for (char32_t c = 0; c < 0x110400; ++c) {
    const bool valid = c < 0x110000 && (c < 0xd800 || c > 0xdfff);
    ASSERT_EQ(is_utf8(encoded(c)), valid) << "U+" << std::hex << static_cast<unsigned>(c);
  }
}

TEST(Utf8, FailsAtTheFirstWrongByte) {
  const struct {
    std::string_view bytes;
    std::size_t good;
  } cases[] = {
      {"\x80", 0},
      {"\xc0\xaf", 0},          // overlong /
      {"\xc1\xbf", 0},          // overlong
      {"\xe0\x9f\xbf", 1},      // overlong
      {"\xf0\x8f\xbf\xbf", 1},  // overlong
      {"\xed\xa0\x80", 1},      // surrogate
      {"\xf4\x90\x80\x80", 1},  // above U+10FFFF
      {"\xf5\x80\x80\x80", 0},
      {"\xff", 0},
      {"abc\xe2\x82z", 5},
      {"abcdefgh\xe2\x82\xac\x80", 11},
  };
  for (const auto& [bytes, good] : cases) {
    EXPECT_EQ(valid_prefix(bytes), good) << testing::PrintToString(bytes);
    EXPECT_FALSE(is_utf8(bytes)) << testing::PrintToString(bytes);
  }
}

TEST(Utf8, IsNotCompleteInTheMidstOfACharacter) {
  const std::string_view text = "kö€𝄞";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    Utf8 utf8;
    EXPECT_TRUE(utf8.feed(text.substr(0, cut)));
    const bool boundary = cut == text.size() || (static_cast<unsigned char>(text[cut]) & 0xc0) != 0x80;
    EXPECT_EQ(utf8.complete(), boundary) << cut;
    EXPECT_TRUE(utf8.feed(text.substr(cut)));
    EXPECT_TRUE(utf8.complete());
  }
}

TEST(Utf8, StaysWrong) {
  Utf8 utf8;
  EXPECT_FALSE(utf8.feed("\xff"));
  EXPECT_FALSE(utf8.feed("abc"));
  EXPECT_FALSE(utf8.complete());
}

TEST(Utf8, FindsAWrongByteWhereverItStandsInLongText) {
  for (std::size_t size = 1; size < 70; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      std::string text(size, 'x');
      text[at] = '\xff';
      ASSERT_FALSE(is_utf8(text)) << size << " " << at;
    }
  }
}

}  // namespace
}  // namespace polygate
