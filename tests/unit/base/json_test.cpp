#include "gateway/base/json.h"

#include <gtest/gtest.h>

#include <random>

namespace polygate::json {
namespace {

/// The members of `text` as they come, "key=bytes" each.
std::vector<std::string> members_of(std::string_view text) {
  Document document;
  std::vector<std::string> found;
  if (!document.parse(text)) return {"refused"};
  members(document.root(), document.bytes(), [&](const Member& member) {
    found.push_back(std::string(member.key) + "=" + std::string(member.bytes));
    return true;
  });
  return found;
}

using Strings = std::vector<std::string>;

TEST(JsonDocument, GivesTheValueWithoutWhatSurroundsIt) {
  Document document;
  ASSERT_TRUE(document.parse(" \r\n\t{\"a\": 1} \n"));
  EXPECT_EQ(document.bytes(), "{\"a\": 1}");
  EXPECT_EQ(find(document.root(), "a")->get_int64().value_unsafe(), 1);
  EXPECT_FALSE(find(document.root(), "b"));
  EXPECT_FALSE(find(*find(document.root(), "a"), "a"));
}

TEST(JsonDocument, IsReusableAfterSuccessAndFailure) {
  Document document;
  ASSERT_TRUE(document.parse("[1,2,3]"));
  ASSERT_FALSE(document.parse("[1,2"));
  EXPECT_EQ(document.bytes(), "");
  ASSERT_TRUE(document.parse("{\"x\":\"" + std::string(100'000, 'y') + "\"}"));
  EXPECT_EQ(string(*find(document.root(), "x")).size(), 100'000U);
  ASSERT_TRUE(document.parse("7"));
  EXPECT_EQ(document.bytes(), "7");
  EXPECT_GE(document.capacity(), 100'000U);
}

TEST(JsonDocument, NamesEachProblem) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"\"a\nb\"", "a control character inside a string"},
      {"\"abc", "a string without its closing quote"},
      {"", "an empty text where JSON was expected"},
      {R"("\x")", "a string with a bad escape or a lone surrogate"},
      {"\"\xFF\"", "not valid UTF-8"},
      {"[1 2]", "not valid JSON"},
  };
  for (const auto& [text, message] : cases) {
    Document document;
    const auto parsed = document.parse(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.failure().message, message);
    EXPECT_EQ(parsed.failure().reason, Reason::malformed);
  }
}

TEST(JsonMembers, HaveTheirOwnBytes) {
  EXPECT_EQ(members_of(R"({"a":1,"b":[1, {"x":"]}"}],"c":"\"\\","d":{}})"),
            (Strings{"a=1", R"(b=[1, {"x":"]}"}])", R"(c="\"\\")", "d={}"}));
  EXPECT_EQ(members_of(" { \"a\" : 1.50 , \n \"\\u0062\\\"\" :\ttrue\r } "), (Strings{"a=1.50", "b\"=true"}));
  EXPECT_EQ(members_of(R"({"a\\":"\\\\\"","b":-0})"), (Strings{R"(a\="\\\\\"")", "b=-0"}));
  EXPECT_EQ(members_of("{}"), Strings{});
  EXPECT_EQ(members_of("{ }"), Strings{});
  EXPECT_EQ(members_of("[1]"), Strings{});
  EXPECT_EQ(members_of("{\"a\":null}"), Strings{"a=null"});
}

TEST(JsonMembers, StopWhenAsked) {
  Document document;
  ASSERT_TRUE(document.parse(R"({"a":1,"b":2,"c":3})"));
  int seen = 0;
  members(document.root(), document.bytes(), [&](const Member& member) {
    ++seen;
    return member.key != "b";
  });
  EXPECT_EQ(seen, 2);
}

/// A random value, written with random space and needless escapes.
class Writer {
 public:
  explicit Writer(unsigned seed) : random_(seed) {}

  std::string object(int depth) {
    std::string out = "{" + space();
    const unsigned count = pick(6);
    for (unsigned i = 0; i < count; ++i) {
      if (i > 0) out += "," + space();
      out += "\"" + std::to_string(i) + characters() + "\"" + space() + ":" + space() + value(depth - 1) + space();
    }
    return out + "}";
  }

 private:
  unsigned pick(unsigned below) { return static_cast<unsigned>(random_() % below); }
  std::string space() { return std::string(pick(3), " \n\t\r"[pick(4)]); }
  std::string characters() {
    static const Strings kPieces = {"a", "\\\"",    "\\\\",           "{",       "}", "[", "]", ":",
                                    ",", "\\u0022", "\\ud83d\\ude00", "\xC3\xA9"};
    std::string out;
    for (unsigned i = pick(5); i > 0; --i) out += kPieces[pick(static_cast<unsigned>(kPieces.size()))];
    return out;
  }
  std::string value(int depth) {
    static const Strings kScalars = {"0", "-1.5e3", "true", "false", "null", "18446744073709551615", "1E-7", "-0.0"};
    switch (pick(depth > 0 ? 4 : 2)) {
      case 0:
        return kScalars[pick(static_cast<unsigned>(kScalars.size()))];
      case 1:
        return "\"" + characters() + "\"";
      case 2: {
        std::string out = "[" + space();
        for (unsigned i = pick(4); i > 0; --i) out += value(depth - 1) + space() + (i > 1 ? "," : "") + space();
        return out + "]";
      }
      default:
        return object(depth);
    }
  }

  std::mt19937 random_;
};

TEST(JsonMembers, AreSpansThatReadAsTheSameValues) {
  for (unsigned seed = 0; seed < 2000; ++seed) {
    const std::string text = Writer(seed).object(4);
    Document document;
    Document member_document;
    const auto parsed = document.parse(text);
    ASSERT_TRUE(parsed) << text << parsed.failure().message;
    std::size_t count = 0;
    members(document.root(), document.bytes(), [&](const Member& member) {
      EXPECT_TRUE(member_document.parse(member.bytes)) << text;
      EXPECT_EQ(member_document.bytes(), member.bytes);
      EXPECT_EQ(to_json(member_document.root()), to_json(member.value)) << text;
      ++count;
      return true;
    });
    EXPECT_EQ(count, object(document.root()).size());

    MemberText by_text(document.bytes());
    members(document.root(), document.bytes(), [&](const Member& member) {
      EXPECT_TRUE(by_text.next());
      EXPECT_EQ(by_text.value(), member.bytes);
      EXPECT_TRUE(member_document.parse(by_text.key()));
      EXPECT_EQ(string(member_document.root()), member.key);
      return true;
    });
    EXPECT_FALSE(by_text.next());

    std::string written;
    append(written, document.root());
    EXPECT_EQ(Json::parse(written), Json::parse(text)) << text;
    EXPECT_EQ(to_json(document.root()), Json::parse(text)) << text;
  }
}

TEST(JsonMemberText, NeverReadsBeyondTextThatIsNotJson) {
  for (const char* text : {"", "{", "}", "{}", "[]", "{\"", "{\"a", "{\"a\"", "{\"a\":", "{\"a\":}", "{\"a\":\"}",
                           "{\"a\":[}", "{\"a\" 1}", "{a:1}", "{,}", "{\"a\":1 2}", "{\"\\", "{\"a\":\"\\}"}) {
    MemberText members(text);
    for (int i = 0; i < 5 && members.next(); ++i) {
      EXPECT_LE(members.value().size(), std::string_view(text).size());
      EXPECT_LE(members.last_value().size(), std::string_view(text).size());
    }
  }
}

TEST(Json, WritesNumbersThatReadBackTheSame) {
  Document document;
  ASSERT_TRUE(document.parse("[0.1,1e300,5e-324,1.0,-0.0,100000000000000000000.0,123456789.125,3]"));
  std::string out;
  append(out, document.root());
  EXPECT_EQ(out, "[0.1,1e+300,5e-324,1.0,-0.0,1e+20,123456789.125,3]");
  EXPECT_EQ(Json::parse(out), to_json(document.root()));
}

TEST(Json, EscapesWhatATerminalOrAScriptCouldMisread) {
  std::string out;
  append_string(out, std::string_view("a\"\\/\b\f\n\r\t\0\x1F\x7F\xC3\xA9\xE2\x80\xA8\xE2\x80\xA9\xE2\x80\xAA", 23));
  EXPECT_EQ(out, R"("a\"\\/\b\f\n\r\t\u0000\u001f\u007fé\u2028\u2029)"
                 "\xE2\x80\xAA\"");
  EXPECT_TRUE(Json::accept(out));
}

}  // namespace
}  // namespace polygate::json
