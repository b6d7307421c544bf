// Threats T20 and T29: forged tokens are refused with one text, and no log repeats them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/auth/tokens.h"

namespace polygate::auth {
namespace {

using namespace test;  // NOLINT: the helpers of these tests

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
  const std::string none = base64url(R"({"alg":"none"})");
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
      {"signature of zeros", signed_text + '.' + base64url(std::string(32, '\0'))},
      {"signature of one byte", signed_text + ".AA"},
      {"signature lower-cased", signed_text + '.' + std::string(43, 'a')},
      {"another payload", head + '.' + base64url(other) + '.' + signature},
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
    return token.substr(0, token.rfind('.') + 1) + base64url(signature);
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
