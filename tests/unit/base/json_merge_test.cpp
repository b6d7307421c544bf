#include "gateway/base/json_merge.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace polygate::json {
namespace {

std::string merge(std::string_view target, std::string_view patch) {
  Document there;
  Document change;
  EXPECT_TRUE(change.parse(patch)) << patch;
  if (target.empty()) return merged(nullptr, change);
  EXPECT_TRUE(there.parse(target)) << target;
  return merged(&there, change);
}

struct Case {
  const char* target;
  const char* patch;
  const char* result;
};

/// RFC 7396, appendix A.
constexpr Case kAppendix[] = {
    {R"({"a":"b"})", R"({"a":"c"})", R"({"a":"c"})"},
    {R"({"a":"b"})", R"({"b":"c"})", R"({"a":"b","b":"c"})"},
    {R"({"a":"b"})", R"({"a":null})", R"({})"},
    {R"({"a":"b","b":"c"})", R"({"a":null})", R"({"b":"c"})"},
    {R"({"a":["b"]})", R"({"a":"c"})", R"({"a":"c"})"},
    {R"({"a":"c"})", R"({"a":["b"]})", R"({"a":["b"]})"},
    {R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})", R"({"a":{"b":"d"}})"},
    {R"({"a":[{"b":"c"}]})", R"({"a":[1]})", R"({"a":[1]})"},
    {R"(["a","b"])", R"(["c","d"])", R"(["c","d"])"},
    {R"({"a":"b"})", R"(["c"])", R"(["c"])"},
    {R"({"a":"foo"})", R"(null)", R"(null)"},
    {R"({"a":"foo"})", R"("bar")", R"("bar")"},
    {R"({"e":null})", R"({"a":1})", R"({"e":null,"a":1})"},
    {R"([1,2])", R"({"a":"b","c":null})", R"({"a":"b"})"},
    {R"({})", R"({"a":{"bb":{"ccc":null}}})", R"({"a":{"bb":{}}})"},
};

TEST(JsonMerge, DoesWhatTheAppendixOfRfc7396Says) {
  for (const Case& one : kAppendix) EXPECT_EQ(merge(one.target, one.patch), one.result) << one.target << one.patch;
}

TEST(JsonMerge, NothingYetIsAnEmptyObject) {
  EXPECT_EQ(merge("", R"({"a":1,"b":null,"c":{"d":null,"e":[null]}})"), R"({"a":1,"c":{"e":[null]}})");
  EXPECT_EQ(merge("", "7"), "7");
}

TEST(JsonMerge, WhatStaysKeepsItsBytesAndItsPlace) {
  EXPECT_EQ(merge(R"( {"z": 1.0, "a" : { "x":12345678901234567890, "y": 2e0 } , "k\u0031": [ 1 ] } )",
                  R"({"n": 1E2, "a": {"y": "\u0041"}})"),
            R"({"z":1.0,"a":{"x":12345678901234567890,"y":"\u0041"},"k1":[ 1 ],"n":1E2})");
}

TEST(JsonMerge, KeysAreTheSameHoweverTheyAreEscaped) {
  EXPECT_EQ(merge(R"({"a":1,"b":2})", R"({"\u0061":null,"\u0062":3})"), R"({"b":3})");
}

}  // namespace
}  // namespace polygate::json
