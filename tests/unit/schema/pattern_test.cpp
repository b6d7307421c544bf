#include "gateway/schema/pattern.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace polygate::schema {
namespace {

bool found(std::string_view pattern, std::string_view text) {
  const auto compiled = Pattern::compile(pattern);
  EXPECT_TRUE(compiled) << pattern << ": " << compiled.failure().message;
  return compiled && (*compiled)->found_in(text);
}

TEST(Pattern, IsNotAnchored) {
  EXPECT_TRUE(found("b", "abc"));
  EXPECT_FALSE(found("^b", "abc"));
}

TEST(Pattern, MatchesTheDollarOnlyAtTheVeryEnd) {
  EXPECT_TRUE(found("^abc$", "abc"));
  EXPECT_FALSE(found("^abc$", "abc\n"));
}

TEST(Pattern, TranslatesEscapesOfEcma262) {
  EXPECT_TRUE(found(R"(^\cA$)", "\x01"));
  EXPECT_TRUE(found(R"(^\u00e9\x41\/\-$)", "\u00e9A/-"));
  EXPECT_TRUE(found(R"(^\uD83D\uDC32$)", "🐲"));
  EXPECT_TRUE(found(R"(^\u{1F432}$)", "🐲"));
  EXPECT_TRUE(found(R"(^[\b]$)", "\b"));
  EXPECT_TRUE(found(R"(^\p{Letter}+$)", "Ελλάδα"));
  EXPECT_TRUE(found(R"(^\p{Script=Greek}\P{L}$)", "Ε1"));
  EXPECT_TRUE(found(R"(^(?<year>\d{4})$)", "2024"));
}

TEST(Pattern, KeepsDigitsAndWordsToAscii) {
  EXPECT_FALSE(found(R"(^\d$)", "\u07C1"));
  EXPECT_FALSE(found(R"(^\w$)", "é"));
  EXPECT_TRUE(found(R"(^\W$)", "é"));
}

TEST(Pattern, KnowsAllSpacesOfEcma262) {
  for (const char* space : {"\u00a0", "\ufeff", "\u2003", "\u2029", "\v"}) {
    EXPECT_TRUE(found(R"(^\s$)", space));
    EXPECT_FALSE(found(R"(^\S$)", space));
    EXPECT_TRUE(found(R"(^[^\S]$)", space));
  }
  EXPECT_FALSE(found(R"(^.$)", "\u2028"));
}

TEST(Pattern, ReadsClassesAsEcma262Does) {
  EXPECT_TRUE(found("^[[a]$", "["));
  EXPECT_TRUE(found("^[^]$", "\n"));
  EXPECT_FALSE(found("[]", "a"));
  EXPECT_TRUE(found(R"(^[\w.-]+$)", "a-b.c"));
}

TEST(Pattern, RefusesWhatIsNotOne) {
  for (const char* wrong : {"(", ")", "[a", "*a", "a**", "a{2,1}", R"(\a)", R"(\Z)", R"(\)", R"(\u12)", "[b-a]",
                            R"([\d-z])", "(?i)a", R"(\p{Klingon})", "a{5000}", "a{", "(?<1>a)", R"(\uD83D)"}) {
    EXPECT_FALSE(Pattern::compile(wrong)) << wrong;
  }
}

TEST(Pattern, TellsUnsupportedFromWrong) {
  for (const char* legal : {"(?=a)", "(?!a)b", "(?<=a)", "(?<!a)", R"((a)\1)", R"((?<n>a)\k<n>)"}) {
    EXPECT_EQ(translate_pattern(legal).verdict, Translation::Verdict::unsupported) << legal;
  }
  EXPECT_EQ(translate_pattern("(?=a").verdict, Translation::Verdict::wrong);
}

TEST(Threats, T53_ARegexBombRunsInLinearTime) {
  const std::string text = std::string(1'000'000, 'a') + '!';
  for (const char* bomb : {"^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "(x+x+)+y"}) {
    const auto start = std::chrono::steady_clock::now();
    EXPECT_FALSE(found(bomb, text));
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5)) << bomb;  // backtracking takes years
  }
}

}  // namespace
}  // namespace polygate::schema
