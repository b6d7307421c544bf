// Threats T20 to T24: forged, confused, injected, mistimed and misplaced tokens.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "gateway/auth/token_file.h"
#include "tests/unit/auth/tokens.h"

namespace polygate::auth {
namespace {

using namespace test;  // NOLINT: the helpers of these tests
using testing::HasSubstr;

struct Forgery {
  std::string what;
  std::string token;
};

/// Headers that no verifier may accept, under an otherwise correct signature.
std::vector<Forgery> forged_headers() {
  const std::vector<std::pair<std::string, std::string>> headers = {
      {"alg none", R"({"alg":"none"})"},
      {"alg None", R"({"alg":"None"})"},
      {"alg NONE", R"({"alg":"NONE"})"},
      {"alg nOnE", R"({"alg":"nOnE"})"},
      {"no alg", R"({"typ":"JWT"})"},
      {"empty header object", "{}"},
      {"empty alg", R"({"alg":""})"},
      {"null alg", R"({"alg":null})"},
      {"number alg", R"({"alg":256})"},
      {"list alg", R"({"alg":["HS256"]})"},
      {"object alg", R"({"alg":{"a":"HS256"}})"},
      {"true alg", R"({"alg":true})"},
      {"lower-case alg", R"({"alg":"hs256"})"},
      {"alg with a space", R"({"alg":"HS256 "})"},
      {"alg with a NUL", R"({"alg":"HS256\u0000"})"},
      {"alg in Cyrillic", "{\"alg\":\"\u041dS256\"}"},
      {"full-width alg", "{\"alg\":\"\uff28S256\"}"},
      {"another HMAC", R"({"alg":"HS512"})"},
      {"another family", R"({"alg":"RS256"})"},
      {"an unsupported alg", R"({"alg":"PS256"})"},
      {"two algs, none last", R"({"alg":"HS256","alg":"none"})"},
      {"two algs, none first", R"({"alg":"none","alg":"HS256"})"},
      {"two equal algs", R"({"alg":"HS256","alg":"HS256"})"},
      {"two algs, one escaped", R"({"alg":"HS256","\u0061lg":"none"})"},
      {"two typs", R"({"alg":"HS256","typ":"JWT","typ":"JWT"})"},
      {"alg key in capitals", R"({"ALG":"HS256"})"},
      {"crit", R"({"alg":"HS256","crit":["exp"],"exp":1})"},
      {"empty crit", R"({"alg":"HS256","crit":[]})"},
      {"crit b64", R"({"alg":"HS256","crit":["b64"],"b64":false})"},
      {"number typ", R"({"alg":"HS256","typ":1})"},
      {"header is a list", R"([{"alg":"HS256"}])"},
      {"header is a string", R"("HS256")"},
      {"header is null", "null"},
      {"header is not JSON", "alg=HS256"},
      {"single quotes", "{'alg':'HS256'}"},
      {"trailing comma", R"({"alg":"HS256",})"},
      {"comment", R"({"alg":"HS256"/**/})"},
      {"two objects", R"({"alg":"HS256"}{})"},
      {"text after the header", R"({"alg":"HS256"}x)"},
      {"byte order mark", "\xEF\xBB\xBF{\"alg\":\"HS256\"}"},
      {"NUL after the header", std::string("{\"alg\":\"HS256\"}\0", 16)},
      {"header of invalid UTF-8", "{\"alg\":\"HS256\",\"x\":\"\xff\"}"},
      {"lone surrogate", R"({"alg":"HS256","x":"\ud800"})"},
      {"deep header", R"({"alg":"HS256","x":)" + std::string(100, '[') + std::string(100, ']') + "}"},
      {"unfinished header", R"({"alg":"HS256")"},
  };
  std::vector<Forgery> forgeries;
  for (const auto& [what, header] : headers) forgeries.push_back({what, signed_raw(header, claims().dump())});
  return forgeries;
}

/// What can be done to a good token from outside.
std::vector<Forgery> mangled_tokens() {
  const std::string good = signed_token(claims());
  const auto first = good.find('.');
  const auto last = good.rfind('.');
  const std::string head = good.substr(0, first);
  const std::string payload = good.substr(first + 1, last - first - 1);
  const std::string signature = good.substr(last + 1);
  const std::string signed_text = head + '.' + payload;
  const std::string none = encode_base64url(R"({"alg":"none"})");
  std::string respelt = signature;  // the last of 43 letters carries two spare bits
  respelt.back() = static_cast<char>(respelt.back() + 1);
  std::string other = claims({{"sub", "eve"}}).dump();
  return {
      {"empty", ""},
      {"a dot", "."},
      {"two dots", ".."},
      {"three dots", "..."},
      {"one segment", head},
      {"two segments", signed_text},
      {"no signature", signed_text + '.'},
      {"alg none, no signature", none + '.' + payload + '.'},
      {"alg none, old signature", none + '.' + payload + '.' + signature},
      {"four segments", good + '.' + signature},
      {"a trailing dot", good + '.'},
      {"a leading dot", '.' + good},
      {"five segments", good + "..x"},
      {"no header", '.' + payload + '.' + signature},
      {"no payload", head + ".." + signature},
      {"padded signature", good + '='},
      {"padded header", head + "=." + payload + '.' + signature},
      {"padded payload", head + '.' + payload + "==." + signature},
      {"spare bits set", signed_text + '.' + respelt},
      {"leading space", ' ' + good},
      {"trailing space", good + ' '},
      {"trailing line end", good + '\n'},
      {"space inside", signed_text + ". " + signature},
      {"tab inside", head + "\t." + payload + '.' + signature},
      {"NUL at the end", good + '\0'},
      {"NUL and more", good + '\0' + "admin"},
      {"NUL in front", '\0' + good},
      {"scheme still there", "Bearer " + good},
      {"a soft hyphen inside", signed_text + ".\u00ad" + signature},
      {"full-width dots", head + "\uff0e" + payload + "\uff0e" + signature},
      {"standard alphabet", signed_text + ".+/" + signature.substr(2)},
      {"URL-escaped dot", head + "%2e" + payload + "%2e" + signature},
      {"quoted", '"' + good + '"'},
      {"signature cut by a letter", good.substr(0, good.size() - 1)},
      {"signature cut by a byte group", good.substr(0, good.size() - 4)},
      {"signature twice", good + signature},
      {"signature of zeros", signed_text + '.' + encode_base64url(std::string(32, '\0'))},
      {"signature of one byte", signed_text + ".AA"},
      {"signature lower-cased", signed_text + '.' + std::string(43, 'a')},
      {"another payload", head + '.' + encode_base64url(other) + '.' + signature},
      {"payload and header swapped", payload + '.' + head + '.' + signature},
      {"signed by another secret", signed_raw(R"({"alg":"HS256"})", other, std::string(32, 'x'))},
      {"signed by the empty secret's neighbour", signed_raw(R"({"alg":"HS256"})", other, std::string(1, '\0'))},
      {"JSON serialization", R"({"protected":")" + head + R"(","payload":")" + payload + R"("})"},
      {"five-part encryption", head + ".a.b.c." + signature},
      {"random bytes", "\xde\xad\xbe\xef"},
      {"8 KiB and one byte", std::string(8193, 'a')},
      {"a megabyte", std::string(1'000'000, '.')},
  };
}

/// Signed by the right secret, but the payload is nothing to read.
std::vector<Forgery> unreadable_payloads() {
  std::vector<Forgery> forgeries;
  for (const std::string payload :
       {"null", "[]", "\"ann\"", "7", "{", "not JSON", R"({"sub":"a","sub":"b","exp":1900000000})",
        R"({"sub":"ann","exp":1900000000,"exp":1})", "{\"sub\":\"\xff\",\"exp\":1900000000}"}) {
    forgeries.push_back({"payload " + payload, signed_raw(R"({"alg":"HS256"})", payload)});
  }
  return forgeries;
}

TEST(Threats, T20_EveryForgedTokenIsRefusedWithTheSameText) {
  const auto judge = hs256();
  expect_accepted(*judge, signed_token(claims()));
  std::size_t refused = 0;
  for (const auto& list : {forged_headers(), mangled_tokens(), unreadable_payloads()}) {
    for (const auto& [what, token] : list) {
      SCOPED_TRACE(what);
      why_refused(*judge, token);
      ++refused;
    }
  }
  EXPECT_GE(refused, 60u);
}

TEST(Threats, T20_NoBitOfATokenMayBeFlipped) {
  const auto judge = hs256();
  const auto good = signed_token(claims());
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      auto bad = good;
      bad[i] = static_cast<char>(bad[i] ^ 1 << bit);
      why_refused(*judge, bad);
    }
  }
}

TEST(Threats, T20_NoTokenMayBeCut) {
  const auto judge = hs256();
  const auto good = signed_token(claims());
  for (std::size_t size = 0; size < good.size(); ++size) why_refused(*judge, good.substr(0, size));
}

TEST(Threats, T20_ForgedSignaturesOfPublicKeysAreRefused) {
  const auto ec = new_ec();
  const auto ed = new_ed25519();
  const auto es256 = verifier("ES256", ec.open);
  const auto eddsa = verifier("EdDSA", ed.open);
  const auto rs256 = verifier("RS256", rsa().open);
  const auto with_signature = [](std::string token, const std::string& signature) {
    return token.substr(0, token.rfind('.') + 1) + encode_base64url(signature);
  };
  const auto es_token = signed_token(claims(), Algorithm::es256, ec.secret);
  const auto ed_token = signed_token(claims(), Algorithm::eddsa, ed.secret);
  const auto rs_token = signed_token(claims(), Algorithm::rs256, rsa().secret);
  for (const std::size_t size : {1, 63, 64, 65, 70, 255, 256, 257}) {
    for (const char fill : {'\0', '\1', '\xff'}) {
      why_refused(*es256, with_signature(es_token, std::string(size, fill)));  // r = s = 0: "psychic signatures"
      why_refused(*eddsa, with_signature(ed_token, std::string(size, fill)));
      why_refused(*rs256, with_signature(rs_token, std::string(size, fill)));
    }
  }
}

TEST(Threats, T21_APublicKeyIsNoSecret) {
  const auto ec = new_ec();
  for (const auto& pem : {rsa().open, ec.open, new_ed25519().open, rsa().secret, "\n" + rsa().open})
    EXPECT_THAT(problem_with("HS256", pem), HasSubstr("found a public or private key where HS256 needs a secret"));
  const auto der_end = rsa().open.rfind("\n-----END");
  std::string base64 = rsa().open.substr(27, der_end - 27);
  std::string der;
  for (const char c : base64) {
    if (c != '\n' && c != '=') der += c == '+' ? '-' : c == '/' ? '_' : c;
  }
  const auto bytes = decode_base64url(der);
  ASSERT_TRUE(bytes);
  EXPECT_THAT(problem_with("HS256", *bytes), HasSubstr("found a public or private key"));
  EXPECT_THAT(problem_with("HS256", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE5 me@example.com"), HasSubstr("found a"));
  EXPECT_THAT(problem_with("HS256", R"({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrf"})"), HasSubstr("found a"));
}

TEST(Threats, T21_ATokenSignedWithThePublicKeyAsSecretIsRefused) {
  for (const auto& [algorithm, pem] : {std::pair<std::string, std::string>{"RS256", rsa().open},
                                       {"ES256", new_ec().open},
                                       {"EdDSA", new_ed25519().open}}) {
    const auto judge = verifier(algorithm, pem);
    // No library would sign like this; the attacker does, by hand.
    const Openssl<EVP_PKEY> raw(EVP_PKEY_new_raw_private_key(EVP_PKEY_HMAC, nullptr, octets(pem), pem.size()));
    for (const auto& header : {std::string(R"({"alg":"HS256"})"), R"({"alg":")" + algorithm + "\"}"}) {
      const std::string text = encode_base64url(header) + '.' + encode_base64url(claims().dump());
      const Openssl<EVP_MD_CTX> context(EVP_MD_CTX_new());
      std::string code(32, '\0');
      std::size_t size = code.size();
      ASSERT_EQ(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, raw.get()), 1);
      ASSERT_EQ(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(code.data()), &size, octets(text),
                               text.size()),
                1);
      why_refused(*judge, text + '.' + encode_base64url(code));
    }
  }
}

TEST(Threats, T21_OneKeyOneAlgorithm) {
  const std::string secret(64, 's');
  const auto judge = verifier("HS256", secret);
  EXPECT_EQ(why_refused(*judge, signed_token(claims(), Algorithm::hs512, secret)), "the header's alg is not the key's");
  EXPECT_EQ(why_refused(*judge, signed_token(claims(), Algorithm::rs256, rsa().secret)),
            "the header's alg is not the key's");
}

/// Two keys with ids and none without.
std::unique_ptr<const Verifier> two_keys() {
  const Json set = {
      {"keys",
       {{{"kty", "oct"}, {"alg", "HS256"}, {"kid", "a"}, {"k", encode_base64url(kSecret)}},
        {{"kty", "oct"}, {"alg", "HS256"}, {"kid", "b"}, {"k", encode_base64url(std::string(32, 'b'))}}}}};
  const TempFile file(set.dump());
  JwtSettings settings;
  settings.keys.resize(1);
  settings.keys[0].jwks = file.path();
  Diagnostics problems;
  auto made = verifier(settings, problems);
  EXPECT_TRUE(made) << problems.text();
  return made;
}

TEST(Threats, T22_AKidIsLookedUpExactlyAndNothingElse) {
  const auto judge = two_keys();
  expect_accepted(*judge, signed_token(claims(), Algorithm::hs256, kSecret, "a"));
  EXPECT_EQ(why_refused(*judge, signed_token(claims(), Algorithm::hs256, kSecret, "b")), "the signature is wrong");
  EXPECT_EQ(why_refused(*judge, signed_token(claims())), "the header has no kid, and all keys have ids");
  for (const Json& kid : {Json("../../etc/passwd"),
                          Json("/dev/null"),
                          Json("file:///etc/passwd"),
                          Json("' OR 1=1 --"),
                          Json("a' UNION SELECT 'x"),
                          Json("https://evil.example/jwks.json"),
                          Json("a\n"),
                          Json(std::string("a\0b", 3)),
                          Json(std::string("a\0", 2)),
                          Json("A"),
                          Json(" a"),
                          Json("a*"),
                          Json("$(id)"),
                          Json(""),
                          Json(std::string(65, 'a')),
                          Json(std::string(5000, 'a')),
                          Json(std::string(10'000, 'a')),
                          Json(0),
                          Json(nullptr),
                          Json::array({"a"}),
                          Json({{"a", "a"}})}) {
    SCOPED_TRACE(kid.dump().substr(0, 80));
    const Json header = {{"alg", "HS256"}, {"kid", kid}};
    why_refused(*judge, signed_raw(header.dump(), claims().dump()));
    why_refused(*judge, signed_raw(header.dump(), claims().dump(), std::string(1, '\0')));
  }
}

TEST(Threats, T22_AnUnnamedKeyIsNotForTokensThatNameOne) {
  EXPECT_EQ(why_refused(*hs256(), signed_token(claims(), Algorithm::hs256, kSecret, "x\"\n")),
            "no key has the id \"x\\\"\\n\"")
      << "what goes to the log is quoted";
}

TEST(Threats, T22_KeysThatATokenBringsAreIgnored) {
  const auto ed = new_ed25519();
  const Json jwk = {{"kty", "oct"}, {"k", encode_base64url(std::string(32, 'e'))}, {"alg", "HS256"}};
  const auto judge = hs256();
  for (const auto& [header, value] : {std::pair<const char*, Json>{"jwk", jwk},
                                      {"jku", "https://evil.example/jwks.json"},
                                      {"jku", "file:///etc/passwd"},
                                      {"x5u", "https://evil.example/cert.pem"},
                                      {"x5c", Json::array({"MIIB"})},
                                      {"x5t", "abc"}}) {
    SCOPED_TRACE(header);
    const std::string head = Json({{"alg", "HS256"}, {header, value}}).dump();
    expect_accepted(*judge, signed_raw(head, claims().dump()));
    EXPECT_EQ(why_refused(*judge, signed_raw(head, claims().dump(), std::string(32, 'e'))), "the signature is wrong");
  }
}

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

TEST(Threats, T29_TheReasonForTheLogHoldsNoPartOfTheToken) {
  const auto judge = hs256();
  for (const auto& list : {forged_headers(), mangled_tokens(), unreadable_payloads()}) {
    for (const auto& [what, token] : list) {
      const auto why = why_refused(*judge, token);
      for (std::size_t i = 0; i + 12 <= token.size() && i < 1000; ++i)
        EXPECT_EQ(why.find(token.substr(i, 12)), why.npos) << what << ": " << why;
    }
  }
}

TEST(Seeds, TheExampleTokenIsReadButNotBelieved) {
  const std::string seed =
      "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9."
      "eyJleHAiOjE3MzI1Njg4MTEsImlzcyI6IlByaW50ZXJseW54Iiwic3ViIjoiMmVmNDQyZmUtYjg5Yy00NDZkLTlkNDMtMDI0NmRhN2UxODM2In0."
      "U11rn1AjfzbAAvWrzMOJHOyiQkcogYF2FJZ0RijqgU0";
  JwtSettings settings;
  settings.allow_weak_secret = true;
  settings.required = {"exp", "iss", "sub"};
  const auto judge = verifier("HS256", "my-secret", settings);
  EXPECT_EQ(why_refused(*judge, seed, 1732568810), "the signature is wrong") << "its secret is not the example's";

  // The same claims, signed anew: accepted until the second at which they end.
  const auto again =
      sign_jwt({{"exp", 1732568811}, {"iss", "Printerlynx"}, {"sub", "2ef442fe-b89c-446d-9d43-0246da7e1836"}},
               {.key = "my-secret", .allow_weak_secret = true});
  const auto identity = judge->verify(*again, 1732568810);
  ASSERT_TRUE(identity);
  EXPECT_EQ((*identity)->user, "2ef442fe-b89c-446d-9d43-0246da7e1836");
  EXPECT_EQ(why_refused(*judge, *again, 1732568811), "expired 0 s ago");
}

}  // namespace
}  // namespace polygate::auth
