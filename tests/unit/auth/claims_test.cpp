// Threats T23 and T24: mistimed and misplaced tokens.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "gateway/auth/token_file.h"
#include "tests/unit/auth/tokens.h"

namespace polygate::auth {
namespace {

using namespace test;  // NOLINT: the helpers of these tests
using testing::HasSubstr;

struct Mistake {
  Json change;  ///< merged into good claims; null members are kept
  std::string why;
};

TEST(Threats, T23_RegisteredClaimsOfWrongTypeOrRangeAreRefused) {
  JwtSettings settings;
  settings.issuer = "issuer";
  settings.audience = {"gateway", "spare"};
  settings.required = {"exp", "iat", "sub", "role"};
  const auto judge = hs256(settings);
  const Json good = claims({{"iat", kNow - 1}, {"iss", "issuer"}, {"aud", "gateway"}, {"role", "r"}});
  expect_accepted(*judge, signed_token(good));
  const std::vector<Mistake> mistakes = {
      {{{"exp", nullptr}}, "exp is missing"},
      {{{"exp", "1900000000"}}, "exp is not a number of unix seconds"},
      {{{"exp", true}}, "exp is not a number of unix seconds"},
      {{{"exp", {kNow}}}, "exp is not a number of unix seconds"},
      {{{"exp", {{"t", kNow}}}}, "exp is not a number of unix seconds"},
      {{{"exp", -1}}, "exp is out of range"},
      {{{"exp", -1e300}}, "exp is out of range"},
      {{{"exp", 253402300800}}, "exp is out of range"},
      {{{"exp", 1e300}}, "exp is out of range"},
      {{{"exp", std::numeric_limits<std::uint64_t>::max()}}, "exp is out of range"},
      {{{"exp", std::numeric_limits<std::int64_t>::min()}}, "exp is out of range"},
      {{{"exp", 0}}, "expired 1800000000 s ago"},
      {{{"nbf", nullptr}}, "nbf is null, expected unix seconds"},
      {{{"nbf", "0"}}, "nbf is not a number of unix seconds"},
      {{{"nbf", -5}}, "nbf is out of range"},
      {{{"nbf", 1e18}}, "nbf is out of range"},
      {{{"nbf", kNow + 1.5}}, "not valid before another 1.5 s"},
      {{{"iat", nullptr}}, "iat is missing"},
      {{{"iat", "now"}}, "iat is not a number of unix seconds"},
      {{{"iat", false}}, "iat is not a number of unix seconds"},
      {{{"iat", -0.5}}, "iat is out of range"},
      {{{"iat", kNow + 31}}, "issued 31 s in the future"},
      {{{"iss", nullptr}}, "iss is not a string"},
      {{{"iss", 1}}, "iss is not a string"},
      {{{"iss", {"issuer"}}}, "iss is not a string"},
      {{{"iss", ""}}, "iss is not the expected issuer"},
      {{{"iss", "Issuer"}}, "iss is not the expected issuer"},
      {{{"iss", "issuer2"}}, "iss is not the expected issuer"},
      {{{"aud", nullptr}}, "aud is neither a string nor a list of strings"},
      {{{"aud", 1}}, "aud is neither a string nor a list of strings"},
      {{{"aud", Json::array()}}, "aud is neither a string nor a list of strings"},
      {{{"aud", {{"gateway", true}}}}, "aud is neither a string nor a list of strings"},
      {{{"aud", {"gateway", 1}}}, "aud lists something that is not a string"},
      {{{"aud", Json::array({Json::array({"gateway"})})}}, "aud lists something that is not a string"},
      {{{"aud", "gate"}}, "aud does not name this service"},
      {{{"aud", {"gateways", ""}}}, "aud does not name this service"},
      {{{"sub", nullptr}}, "sub is missing"},
      {{{"sub", ""}}, "sub is empty, too long or holds control characters"},
      {{{"sub", std::string(257, 'a')}}, "sub is empty, too long or holds control characters"},
      {{{"sub", std::string("ann\0root", 8)}}, "sub is empty, too long or holds control characters"},
      {{{"sub", "ann\nroot"}}, "sub is empty, too long or holds control characters"},
      {{{"sub", 1.0}}, "sub is neither a string nor a whole number"},
      {{{"sub", 1.5}}, "sub is neither a string nor a whole number"},
      {{{"sub", -1}}, "sub is neither a string nor a whole number"},
      {{{"sub", true}}, "sub is neither a string nor a whole number"},
      {{{"sub", {"ann"}}}, "sub is neither a string nor a whole number"},
      {{{"sub", {{"id", "ann"}}}}, "sub is neither a string nor a whole number"},
      {{{"role", nullptr}}, "role is missing"},
  };
  for (const auto& [change, why] : mistakes) {
    Json bad = good;
    bad.update(change);
    EXPECT_EQ(why_refused(*judge, signed_token(bad)), why) << change;
  }
  for (const auto* claim : {"exp", "iat", "iss", "aud", "sub", "role"}) {
    Json bad = good;
    bad.erase(claim);
    EXPECT_THAT(why_refused(*judge, signed_token(bad)), testing::StartsWith(std::string(claim) + " is missing"));
  }
}

TEST(Threats, T23_NumbersThatNoDoubleHoldsAreRefused) {
  for (const auto* exp : {"1e999", "-1e999", "NaN", "Infinity", "0x7fffffff", "01900000000", "+1900000000",
                          "1900000000.", "123456789012345678901234567890"}) {
    SCOPED_TRACE(exp);
    why_refused(*hs256(), signed_raw(R"({"alg":"HS256"})", R"({"sub":"ann","exp":)" + std::string(exp) + "}"));
  }
}

TEST(Threats, T23_GoodClaimsInUnusualFormAreAccepted) {
  JwtSettings settings;
  settings.audience = {"gateway"};
  const auto judge = hs256(settings);
  for (const Json& change :
       {Json({{"aud", {"other", "gateway"}}}), Json({{"exp", kNow + 0.5}}), Json({{"sub", 0}}), Json({{"sub", 42}}),
        Json({{"sub", "42"}}), Json({{"nbf", 0}}), Json({{"iat", 1.25}}), Json({{"sub", "Zo\u00eb"}})}) {
    Json good = claims({{"aud", "gateway"}});
    good.update(change);
    expect_accepted(*judge, signed_token(good));
  }
  expect_accepted(*judge, signed_raw(R"({"alg":"HS256"})", R"({"sub":"ann","aud":"gateway","exp":1.9e9})"));
}

TEST(Threats, T23_TimesAreExactToTheSecond) {
  for (const double leeway : {0.0, 1.0, 30.0}) {
    JwtSettings settings;
    settings.leeway = leeway;
    settings.max_age = 100;
    const auto judge = hs256(settings);
    const auto token = signed_token({{"sub", "ann"}, {"iat", 5000}, {"nbf", 5010}, {"exp", 5050}});
    why_refused(*judge, token, 5010 - leeway - 0.001);
    expect_accepted(*judge, token, 5010 - leeway);
    expect_accepted(*judge, token, 5050 + leeway - 0.001);
    EXPECT_THAT(why_refused(*judge, token, 5050 + leeway), testing::StartsWith("expired "));
    const auto aged = signed_token({{"sub", "ann"}, {"iat", 5000}, {"exp", 9000}});
    expect_accepted(*judge, aged, 4970);  // the issuer's clock may be 30 s ahead
    why_refused(*judge, aged, 4969.999);
    expect_accepted(*judge, aged, 5100 + leeway - 0.001);
    why_refused(*judge, aged, 5100 + leeway);
  }
}

TEST(Threats, T23_WithoutARequiredListOnlyTheEndIsRequired) {
  const auto judge = hs256();
  EXPECT_EQ(why_refused(*judge, signed_token({{"sub", "ann"}})), "exp is missing");
  EXPECT_EQ(why_refused(*judge, signed_token({{"exp", kNow + 1}})), "sub is missing, it names the user");
  JwtSettings endless;
  endless.required = std::vector<std::string>();
  const auto identity = hs256(endless)->verify(signed_token({{"sub", "ann"}}), kNow);
  ASSERT_TRUE(identity);
  EXPECT_EQ((*identity)->expires, std::nullopt);
}

TEST(Threats, T23_MaxAgeNeedsATimeOfIssue) {
  JwtSettings settings;
  settings.max_age = 10;
  EXPECT_EQ(why_refused(*hs256(settings), signed_token(claims())), "iat is missing, so its age is unknown");
}

TEST(Threats, T23_ATokenOf8KiBIsTheLongest) {
  const auto of_size = [](std::size_t size) {
    for (std::size_t fill = size * 3 / 4 - 200; fill < size; ++fill) {
      auto token = signed_raw(R"({"alg":"HS256"})", claims({{"fill", std::string(fill, 'x')}}).dump());
      if (token.size() >= size) return token;
    }
    return std::string();
  };
  const auto judge = hs256();
  expect_accepted(*judge, of_size(8190));
  EXPECT_THAT(why_refused(*judge, of_size(8193)), HasSubstr("at most 8192"));
}

TEST(Threats, T24_OnlyTheDiagonalPasses) {
  const auto settings_for = [](const char* audience) {
    JwtSettings settings;
    settings.audience = {audience};
    return settings;
  };
  const std::string device_secret = "the devices' own secret, thirty-two bytes and more";
  const std::string agent = "0b8f8a6e-50a4-4b9a-9c1d-6f4f0f6c2b11";
  Diagnostics problems;
  std::vector<std::unique_ptr<const Verifier>> verifiers;
  verifiers.push_back(hs256(settings_for("one")));
  verifiers.push_back(hs256(settings_for("two")));  // same secret, another profile
  verifiers.push_back(verifier("HS256", device_secret));
  verifiers.push_back(make_token_verifier("agents", {{agent, "agent-1", Json::object(), {}, {}}}, problems));
  const std::vector<std::string> tokens = {signed_token(claims({{"aud", "one"}})),
                                           signed_token(claims({{"aud", "two"}})),
                                           signed_token(claims(), Algorithm::hs256, device_secret), agent};
  for (std::size_t i = 0; i < verifiers.size(); ++i) {
    for (std::size_t k = 0; k < tokens.size(); ++k) {
      SCOPED_TRACE(testing::Message() << "verifier " << i << ", token " << k);
      if (i == k) {
        expect_accepted(*verifiers[i], tokens[k]);
      } else {
        why_refused(*verifiers[i], tokens[k]);
      }
    }
  }
}

TEST(Threats, T24_AnUnexpectedAudienceCanBeRefused) {
  expect_accepted(*hs256(), signed_token(claims({{"aud", "elsewhere"}})));
  JwtSettings settings;
  settings.refuse_unexpected_audience = true;
  EXPECT_EQ(why_refused(*hs256(settings), signed_token(claims({{"aud", "elsewhere"}}))),
            "aud names somebody, expected none");
  expect_accepted(*hs256(settings), signed_token(claims()));
}

}  // namespace
}  // namespace polygate::auth
