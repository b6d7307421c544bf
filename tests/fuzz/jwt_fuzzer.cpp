// A JWT verifier must withstand any token. The first byte of the input says what the rest is:
//   0  a token as a client sends it: never accepted, as none of the keys' secrets is in the input
//   1  the payload of a correctly signed token: accepted only with a user and before its end
//   2  the header of a correctly signed token
//   3  a JWK set: never crashes, and gives no key without its algorithm's strength
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "gateway/auth/hmac.h"
#include "gateway/auth/jwk.h"
#include "gateway/auth/jwt.h"
#include "gateway/base/base64.h"

namespace {

using namespace polygate::auth;  // NOLINT: one file, one room

constexpr double kNow = 1'800'000'000;
constexpr const char* kVariable = "POLYGATE_FUZZ_SECRET";
constexpr const char* kSecret = "a secret of more than thirty-two bytes, for the fuzzer";

void expect(bool holds) {
  if (!holds) std::abort();
}

std::unique_ptr<const Verifier> make_judge() {
  setenv(kVariable, kSecret, 1);
  JwtSettings settings;
  settings.algorithm = "HS256";
  settings.keys.resize(1);
  settings.keys[0].env = kVariable;
  settings.leeway = 5;
  settings.claims = {{"all", "a.b.c"}, {"sub", "sub"}};
  polygate::Diagnostics problems;
  return make_jwt_verifier("fuzz", settings, {}, problems);
}

std::string signed_token(std::string_view header, std::string_view payload) {
  static const auto hmac = Hmac::make(Algorithm::hs256, kSecret, false);
  const std::string text = polygate::base64url(header) + '.' + polygate::base64url(payload);
  return text + '.' + polygate::base64url(hmac->sign(text));
}

void judge(std::string_view token, bool forged) {
  static const auto verifier = make_judge();
  std::string why;
  const auto verdict = verifier->verify(token, kNow, &why);
  if (!verdict) {
    expect(verdict.failure().message == "Invalid token" && !why.empty());
    return;
  }
  expect(!forged && is_user_name((*verdict)->user) && (*verdict)->expires && *(*verdict)->expires > kNow);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] & 3) {
    case 0:
      judge(input, true);
      judge(strip_scheme(input), true);
      break;
    case 1:
      judge(signed_token(R"({"alg":"HS256"})", input), false);
      break;
    case 2:
      judge(signed_token(input, R"({"sub":"ann","exp":1900000000})"), false);
      break;
    default:
      if (const auto keys = read_jwks(input, {}, false)) {
        for (const Key& key : *keys) expect(!key.verify("text", input.substr(0, 64)));
      }
  }
  return 0;
}
