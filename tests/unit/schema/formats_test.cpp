#include "gateway/schema/formats.h"

#include <gtest/gtest.h>

#include <string>

namespace polygate::schema {
namespace {

struct Case {
  const char* format;
  std::vector<const char*> good, bad;
};

TEST(Formats, AcceptAndRefuse) {
  const Case cases[] = {
      {"date-time",
       {"2024-02-29T23:59:60Z", "1985-04-12t23:20:50.52z"},
       {"2023-02-29T00:00:00Z", "2024-01-01 00:00:00Z"}},
      {"time", {"23:59:60Z", "01:29:60+01:30"}, {"24:00:00Z", "12:00:00", "12:00:60Z", "12:00:00.Z"}},
      {"duration", {"P1Y2M3DT4H5M6S", "PT1M", "P4W", "P0D"}, {"P", "PT", "P1YT", "P1D2H", "P1W1D", "P1Y1D", "1D"}},
      {"email",
       {"a@b.c", "\"a b\"@x.org", "a@[127.0.0.1]", "a@[IPv6:::1]"},
       {"a", ".a@b", "a..b@c", "a@", "a@-b", "a\n@b"}},
      {"hostname", {"a", "a-b.c", "xn--4gbwdl.xn--wgbh1c"}, {"", "a.", "-a", "a_b", "xn--X", "a--b.ab--c"}},
      {"idn-hostname",
       {"a", "b\u00fccher.example", "\u4f8b\u3048\u3002jp", "l\u00b7l", "XN--bcher-kva"},
       {"", "a_b", "B\u00dcCHER", "u\u0308", "\u2603", "a\u00b7l", "1\u05d0", "xn--ls8h", "xn--abc-", "-\u00fc"}},
      {"ipv4", {"1.2.3.4"}, {"1.2.3", "01.2.3.4", "256.1.1.1", "1.2.3.4.5", "1.2.3."}},
      {"ipv6",
       {"::", "::1", "1::", "1:2:3:4:5:6:7:8", "::ffff:1.2.3.4", "1:2::7:8"},
       {"", ":", "1:2:3:4:5:6:7", "1::2::3", ":::1", "12345::", "1:2:3:4:5:6:7:8:9", "::1%eth0", "1:2:3:4:5:6:7::8"}},
      {"uri",
       {"http://a/b?c#d", "urn:x:y", "http://[::1]:80/"},
       {"/a", "http://a b", "http://[::g]/", "a:%2", "http://a:b/"}},
      {"uri-reference", {"", "#a", "../b", "//h/p"}, {"\\a", "#a#b", "1a:b"}},
      {"uuid", {"2EB8AA08-aa98-11ea-B4aa-73b441d16380"}, {"2eb8aa08aa9811eab4aa73b441d16380", "g"}},
      {"json-pointer", {"", "/a~0b~1"}, {"a", "/~2", "/~"}},
      {"relative-json-pointer", {"0", "1/a", "2#"}, {"", "01", "-1", "0##", "/a"}},
      {"uri-template", {"/a/{b}{?c,d*}{+e:3}"}, {"/a/{b", "/{}", "/{a,}", "}"}},
      {"regex", {"^(?=a)b$", "a*"}, {"a**", "("}},
  };
  for (const Case& one : cases) {
    const auto format = format_named(one.format);
    ASSERT_TRUE(format) << one.format;
    EXPECT_EQ(name(*format), one.format);
    for (const char* text : one.good) EXPECT_TRUE(matches(*format, text)) << one.format << ": " << text;
    for (const char* text : one.bad) EXPECT_FALSE(matches(*format, text)) << one.format << ": " << text;
  }
}

TEST(Formats, ANameDoesNotEndAtANul) {
  EXPECT_FALSE(matches(*format_named("idn-hostname"), std::string_view("b\u00fc\0", 4)));
}

TEST(Formats, AreAllNamed) {
  for (const std::string& one : format_names()) EXPECT_TRUE(format_named(one)) << one;
  EXPECT_FALSE(format_named("datetime"));
}

TEST(Formats, SurviveLongTexts) {
  for (const std::string& one : format_names()) {
    for (const char* piece : {"a", "1", ":", ".", "/", "%", "{", "\u00e9", "a.", "1:", "[", "(", "-"}) {
      std::string text;
      while (text.size() < 100'000) text += piece;
      matches(*format_named(one), text);
    }
  }
}

}  // namespace
}  // namespace polygate::schema
