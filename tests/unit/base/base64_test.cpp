#include "gateway/base/base64.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace polygate {
namespace {

TEST(Base64url, DecodesTheVectorsOfRfc4648) {
  EXPECT_EQ(decode_base64url(""), "");
  EXPECT_EQ(decode_base64url("Zg"), "f");
  EXPECT_EQ(decode_base64url("Zm8"), "fo");
  EXPECT_EQ(decode_base64url("Zm9v"), "foo");
  EXPECT_EQ(decode_base64url("Zm9vYg"), "foob");
  EXPECT_EQ(decode_base64url("Zm9vYmE"), "fooba");
  EXPECT_EQ(decode_base64url("Zm9vYmFy"), "foobar");
}

TEST(Base64url, EncodesWhatItDecodes) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(decode_base64url(base64url(bytes)), bytes);
    bytes += static_cast<char>(i * 7);
  }
}

TEST(Base64url, RefusesEverySpellingButOne) {
  for (const auto* text : {"Zg==", "Zg=", "Zh", "Zm9=", "Zm9", "Z", "Zm9vY", "Zm 9v", " Zm9v", "Zm9v\n", "Zm+v", "Zm/v",
                           "Zm.v", "Z\xC3\xA9"}) {
    EXPECT_EQ(decode_base64url(text), std::nullopt) << text;
  }
  EXPECT_EQ(decode_base64url(std::string_view("Zm\0v", 4)), std::nullopt);
}

TEST(Base64url, HasOneSpellingPerByteString) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  int accepted = 0;
  for (const char first : kLetters) {
    for (const char second : kLetters) accepted += decode_base64url(std::string{first, second}).has_value();
  }
  EXPECT_EQ(accepted, 256);
}

std::string encoded(std::string_view bytes) {
  std::string text;
  append_base64(text, bytes);
  return text;
}

std::optional<std::string> decoded(std::string_view text) {
  std::string bytes;
  if (!decode_base64(text, bytes)) return std::nullopt;
  return bytes;
}

TEST(Base64, EncodesTheVectorsOfRfc4648WithPadding) {
  EXPECT_EQ(encoded(""), "");
  EXPECT_EQ(encoded("f"), "Zg==");
  EXPECT_EQ(encoded("fo"), "Zm8=");
  EXPECT_EQ(encoded("foo"), "Zm9v");
  EXPECT_EQ(encoded("\xfb\xff"), "+/8=");
}

TEST(Base64, DecodesWithAndWithoutPaddingAndOverLineBreaks) {
  for (const auto* text : {"Zm9vYg==", "Zm9vYg", "Zm9v\r\nYg==", " Zm9v\tYg==\n"}) {
    EXPECT_EQ(decoded(text), "foob") << text;
  }
  for (const auto* text : {"Z", "Zm9vY", "Zg=", "Zg===", "Z=g=", "Zm9v====", "Zm-v", "Zm_v", "Zm.v"}) {
    EXPECT_EQ(decoded(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace polygate
