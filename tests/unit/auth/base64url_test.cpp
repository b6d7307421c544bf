#include "gateway/auth/base64url.h"

#include <gtest/gtest.h>

namespace polygate::auth {
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
    EXPECT_EQ(decode_base64url(encode_base64url(bytes)), bytes);
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

}  // namespace
}  // namespace polygate::auth
