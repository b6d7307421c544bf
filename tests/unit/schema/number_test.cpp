#include "gateway/schema/number.h"

#include <gtest/gtest.h>

#include <string_view>

#include "gateway/schema/equality.h"

namespace polygate::schema {
namespace {

Number number(std::string_view text) {
  json::Document document;
  EXPECT_TRUE(document.parse(text)) << text;
  return Number::of(document.root());
}

TEST(Number, ComparesIntegersWithDoublesExactly) {
  EXPECT_TRUE(compare(number("9007199254740993"), number("9007199254740992.0")) > 0);
  EXPECT_TRUE(compare(number("18446744073709551615"), number("1.8446744073709552e19")) < 0);
  EXPECT_TRUE(compare(number("-9223372036854775808"), number("-9223372036854775808.0")) == 0);
  EXPECT_TRUE(compare(number("1"), number("1.5")) < 0);
  EXPECT_TRUE(compare(number("-1"), number("-1.5")) > 0);
  EXPECT_TRUE(compare(number("-1e300"), number("-5")) < 0);
  EXPECT_TRUE(compare(number("1.0"), number("1")) == 0);
  EXPECT_TRUE(compare(number("-0.0"), number("0")) == 0);
}

TEST(Number, KnowsWhatIsIntegral) {
  EXPECT_TRUE(is_integral(number("1.0")));
  EXPECT_TRUE(is_integral(number("1e30")));
  EXPECT_FALSE(is_integral(number("0.1")));
}

TEST(Number, FindsMultiplesInDecimal) {
  EXPECT_TRUE(is_multiple(number("0.0075"), number("0.0001")));
  EXPECT_FALSE(is_multiple(number("0.00751"), number("0.0001")));
  EXPECT_TRUE(is_multiple(number("19.99"), number("0.01")));
  EXPECT_TRUE(is_multiple(number("1e308"), number("0.5")));
  EXPECT_FALSE(is_multiple(number("1e308"), number("0.123456789")));
  EXPECT_TRUE(is_multiple(number("18446744073709551615"), number("5")));
  EXPECT_TRUE(is_multiple(number("-4.5"), number("1.5")));
  EXPECT_TRUE(is_multiple(number("0"), number("1e-300")));
  EXPECT_TRUE(is_multiple(number("7"), number("1e-300")));
  EXPECT_FALSE(is_multiple(number("1e-300"), number("7")));
}

TEST(Equality, HashesEqualValuesAlike) {
  json::Document a, b;
  ASSERT_TRUE(a.parse(R"({"x": [1, 2.5, "t", null, true], "y": {}})"));
  ASSERT_TRUE(b.parse(R"({"y": {}, "x": [1.0, 2.5, "t", null, true]})"));
  EXPECT_TRUE(equal(a.root(), b.root()));
  EXPECT_EQ(hash(a.root(), 7), hash(b.root(), 7));
  EXPECT_NE(hash(a.root(), 7), hash(a.root(), 8));
  ASSERT_TRUE(b.parse(R"({"y": {}, "x": [1, 2.5, "t", null, false]})"));
  EXPECT_FALSE(equal(a.root(), b.root()));
}

}  // namespace
}  // namespace polygate::schema
