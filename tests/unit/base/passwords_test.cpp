#include "gateway/base/passwords.h"

#include <gtest/gtest.h>

namespace polygate {
namespace {

TEST(Passwords, OfUrisAreHiddenByteForByte) {
  EXPECT_EQ(without_passwords("store: postgresql://me:secret@db:5432/rows # me:secret@"),
            "store: postgresql://me:******@db:5432/rows # me:secret@");
  EXPECT_EQ(without_passwords("a://u:p@w@h and \"b://:x@h\", 'c://u:y@h'"),
            "a://u:***@h and \"b://:*@h\", 'c://u:*@h'");
  EXPECT_EQ(without_passwords("a://u:p@[::1]:5/x?user=me&password=secret&ssl=on\npassword=kept"),
            "a://u:*@[::1]:5/x?user=me&password=******&ssl=on\npassword=kept");
  EXPECT_EQ(without_passwords("a://h?password=secret"), "a://h?password=******");
}

TEST(Passwords, WhatHasNoneStaysAsItIs) {
  for (const char* text : {"", "://", "a://", "a://h:80/x@y", "a://me@h", "a://[::1]:80/", "mailto:me:x@h",
                           "a://h?mypassword=x", "a:// u:p@h", "a://h/password=x", "a://h?password="}) {
    EXPECT_EQ(without_passwords(text), text);
  }
}

}  // namespace
}  // namespace polygate
