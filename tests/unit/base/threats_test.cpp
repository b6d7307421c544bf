#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <ctime>

#include "gateway/base/json.h"
#include "gateway/base/log.h"
#include "gateway/base/utf8.h"
#include "gateway/base/yaml.h"

namespace polygate {
namespace {

std::string repeated(std::string_view piece, std::size_t times) {
  std::string text;
  text.reserve(piece.size() * times);
  for (std::size_t i = 0; i < times; ++i) text += piece;
  return text;
}

/// The message of the refusal, behind the name of its reason.
std::string refusal(std::string_view text, json::Limits limits = {}) {
  json::Document document;
  const auto parsed = document.parse(text, limits);
  if (parsed) return "accepted";
  return std::string(name(parsed.failure().reason)) + ": " + parsed.failure().message;
}

double cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

TEST(Threats, T50_BombsOfJsonAreRefusedByALimit) {
  const std::string deep = "limited: JSON nested deeper than 64 levels";
  EXPECT_EQ(refusal(repeated("[", 1'000'000)), "malformed: not valid JSON");
  EXPECT_EQ(refusal(repeated("{\"a\":", 170'000)), "malformed: not valid JSON");
  EXPECT_EQ(refusal(repeated("[", 500'000) + repeated("]", 500'000)), deep);
  EXPECT_EQ(refusal(repeated("[", 65) + repeated("]", 65)), deep);
  EXPECT_EQ(refusal(repeated("[", 64) + repeated("]", 64)), "accepted");

  const json::Limits large{.max_bytes = 8 << 20};
  EXPECT_EQ(refusal("[" + repeated("0,", 999'999) + "0]", large), "limited: more than 50000 values in one JSON text");
  EXPECT_EQ(refusal("[" + repeated("0,", 49'998) + "0]"), "accepted");
  EXPECT_EQ(refusal("[" + repeated("0,", 49'999) + "0]"), "limited: more than 50000 values in one JSON text");
  EXPECT_EQ(refusal("[" + repeated("[0,0],", 30'000) + "0]"), "limited: more than 50000 values in one JSON text");
  std::string keys = "{";
  for (int i = 0; keys.size() < 1'000'000; ++i) keys += "\"" + std::to_string(i) + "\":1,";
  EXPECT_EQ(refusal(keys + "\"x\":1}"), "limited: more than 50000 values in one JSON text");
  EXPECT_EQ(refusal(std::string((1 << 20) + 1, ' ')),
            "limited: JSON text of 1048577 bytes, at most 1048576 are accepted");
}

TEST(Threats, T50_NumbersAreExactOrRefused) {
  const std::string bad = "malformed: a number that is not JSON or out of range";
  EXPECT_EQ(refusal("1e999"), bad);
  EXPECT_EQ(refusal("[-1e999]"), bad);
  EXPECT_EQ(refusal(repeated("9", 400)), bad);
  EXPECT_EQ(refusal("[" + repeated("9", 400) + "]"), bad);
  EXPECT_EQ(refusal("18446744073709551616"), bad);
  EXPECT_EQ(refusal("-9223372036854775809"), bad);
  for (const char* word : {"NaN", "[NaN]", "Infinity", "-Infinity", "+1", "01", "-", "1.", ".5", "0x1", "1e", "--1"}) {
    EXPECT_EQ(refusal(word).substr(0, 10), "malformed:") << word;
  }
  json::Document document;
  ASSERT_TRUE(document.parse("[9007199254740993, 18446744073709551615, -9223372036854775808, -0, -0.0]"));
  std::string out;
  json::append(out, document.root());
  EXPECT_EQ(out, "[9007199254740993,18446744073709551615,-9223372036854775808,0,-0.0]");
  EXPECT_EQ(json::to_json(document.root())[0].get<std::int64_t>(), 9007199254740993);
}

TEST(Threats, T51_WhatTwoReadersCouldUnderstandDifferentlyIsRefused) {
  EXPECT_EQ(refusal(R"({"a":1,"a":2})"), R"(malformed: duplicate key "a")");
  EXPECT_EQ(refusal(R"({"a":1,"\u0061":2})"), R"(malformed: duplicate key "a")");
  EXPECT_EQ(refusal(R"([{"x":{"\/":1,"/":2}}])"), R"(malformed: duplicate key "/")");
  std::string many = "{";
  for (int i = 0; i < 1000; ++i) many += "\"k" + std::to_string(i) + "\":1,";
  EXPECT_EQ(refusal(many + "\"k\\u0037\":1}"), R"(malformed: duplicate key "k7")");
  EXPECT_EQ(refusal(many + "\"k\":1}"), "accepted");
  EXPECT_EQ(refusal(R"({"a":{"b":1},"c":{"b":1}})"), "accepted");

  EXPECT_EQ(refusal("\xEF\xBB\xBF{}"), "malformed: a byte order mark before the JSON");
  EXPECT_EQ(refusal(R"("\ud800")"), "malformed: a string with a bad escape or a lone surrogate");
  EXPECT_EQ(refusal(R"("\udc00\ud800")"), "malformed: a string with a bad escape or a lone surrogate");
  EXPECT_EQ(refusal(R"({"\ud800x":1})"), "malformed: a string with a bad escape or a lone surrogate");
  EXPECT_EQ(refusal("\"\xED\xA0\x80\""), "malformed: not valid UTF-8");
  EXPECT_EQ(refusal("\"\xC0\xAF\""), "malformed: not valid UTF-8");
  EXPECT_EQ(refusal(std::string_view("{}\0", 3)).substr(0, 10), "malformed:");
  EXPECT_EQ(refusal(std::string_view("\0{}", 3)).substr(0, 10), "malformed:");
  EXPECT_EQ(refusal(std::string_view("\"a\0b\"", 5)), "malformed: a control character inside a string");
  for (const char* text : {"{} {}", "{}x", "1 2", "[],", "nullnull", "\"a\"\"b\"", "{}\f", "{}//", "[1,]", "{\"a\":1,}",
                           "{a:1}", "{'a':1}", "[", "{\"a\"}", "", " ", "tru"}) {
    EXPECT_EQ(refusal(text).substr(0, 10), "malformed:") << text;
  }
}

TEST(Threats, T57_OneLogLinePerFactWithoutControlBytes) {
  const std::string big(1 << 20, 'x');
  const std::string nasty = "a\r\n2026-01-01 error forged\x1B[31m%n%s\x9B\xC2\x9B\xFF\xE2\x80\xAE\x7F \"q\" \\";
  for (const auto format : {Log::Format::text, Log::Format::json}) {
    const std::string line =
        Log::format(format, Level::warn, nasty, {{"name", nasty}, {"big", big}, {nasty, nasty}, {"n", 7}});
    EXPECT_LT(line.size(), 2048U);
    for (std::size_t i = 0; i < line.size();) {
      const CodePoint point = code_point_at(line, i);
      ASSERT_NE(point.length, 0U) << line;
      EXPECT_FALSE(is_unprintable(point.value)) << line;
      i += point.length;
    }
    EXPECT_NE(line.find("%n%s"), std::string::npos);
  }
  const Json parsed = Json::parse(Log::format(Log::Format::json, Level::warn, "m", {{"name", nasty}, {"big", big}}));
  EXPECT_EQ(parsed["big"].get<std::string>(), std::string(253, 'x') + "...");
  EXPECT_EQ(parsed["name"].get<std::string>().substr(0, 12), "a\r\n2026-01-0") << "escaped, not lost";
}

TEST(Threats, T57_SecretsAreHidden) {
  for (const char* key : {"token", "Authorization", "client_secret", "password", "credential", "access_token"}) {
    EXPECT_EQ(Log::format(Log::Format::text, Level::info, "m", {{key, "hunter2"}}).find("hunter2"), std::string::npos);
    EXPECT_EQ(Log::format(Log::Format::json, Level::info, "m", {{key, "hunter2"}}).find("hunter2"), std::string::npos);
  }
}

TEST(Threats, T81_AStuckLogReaderBlocksNobody) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  std::uint64_t dropped = 0;
  {
    Log log(Log::Format::text, Level::info, ends[1], 64);
    for (int i = 0; i < 5000; ++i) log.write(Level::info, "nobody reads", {{"filler", std::string(200, 'x')}});
    dropped = log.dropped();
    // What is read now makes room again, and the loss is told.
    std::string seen(1 << 20, '\0');
    std::size_t size = 0;
    while (std::string_view(seen).substr(0, size).find("the log could not keep up") == std::string_view::npos) {
      const ssize_t got = ::read(ends[0], seen.data() + size, std::min<std::size_t>(4096, seen.size() - size));
      ASSERT_GT(got, 0);
      size += static_cast<std::size_t>(got);
    }
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    while (::read(ends[0], seen.data(), seen.size()) > 0) {
    }
  }
  EXPECT_GT(dropped, 4000U);
  close(ends[0]);
  close(ends[1]);
}

TEST(Threats, T58_BombsOfYamlAreRefusedInTime) {
  const std::size_t kMebibyte = 1 << 20;
  std::string laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string alias = "*a" + std::to_string(i - 1);
    laughs += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + repeated(alias + ", ", 8) + alias + "]\n";
  }
  const std::vector<std::pair<std::string, std::string>> bombs = {
      {laughs, "5:35: more than 50000 values once aliases are expanded"},
      {repeated("[", 100'000), "more than 50000 brackets and commas"},
      {repeated("[", 40'000), "close every bracket"},
      {"k: " + repeated("[", 20'000) + repeated("]", 20'000), "1:35: nested deeper than 32 levels"},
      {"k: " + repeated("{a: ", 40'000), "nested deeper than 32 levels"},
      {repeated("- ", kMebibyte / 2), "1:65: nested deeper than 32 levels"},
      {repeated("? ", kMebibyte / 2), "a map or list as a key"},
      {repeated("-\n", kMebibyte / 2), "more than 50000 values"},
      {repeated("a: b\n", kMebibyte / 5), "more than 50000 colons"},
      {"{" + repeated("a: ", kMebibyte / 4), "more than 50000 colons"},
      {repeated("a: b\n", 40'000), "too many problems; the rest was not read"},
      {repeated("&a ", kMebibyte / 3), "cannot assign multiple anchors"},
      {repeated("- &a b\n", kMebibyte / 7), "more than 64 anchors"},
      {repeated("\"a\" ", kMebibyte / 4), "a second document"},
      {"k: [" + repeated("a ", kMebibyte / 3), "end of sequence flow not found"},
      {repeated("---\n", kMebibyte / 4), "2:1: a second document"},
      {std::string(2 << 20, 'a'), "a file of 2MiB, at most 1MiB are read"},
  };
  for (const auto& [text, expected] : bombs) {
    Diagnostics diagnostics;
    const double start = cpu_seconds();
    EXPECT_FALSE(yaml::read(text, "f.yaml", diagnostics));
    EXPECT_LT(cpu_seconds() - start, 8) << text.substr(0, 20) << ": a second without sanitizers";
    EXPECT_NE(diagnostics.text().find(expected), std::string::npos) << text.substr(0, 20) << "\n"
                                                                    << diagnostics.text().substr(0, 500);
  }
}

}  // namespace
}  // namespace polygate
