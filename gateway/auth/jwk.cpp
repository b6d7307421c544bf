#include "gateway/auth/jwk.h"

#include <openssl/core_names.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <variant>

#include "gateway/auth/jws.h"
#include "gateway/base/base64.h"
#include "gateway/base/json.h"

namespace polygate::auth {

namespace {

constexpr std::size_t kMaxKeys = 32;
constexpr std::size_t kCoordinateBytes = 32;

/// Why a key is passed over, as opposed to refused.
struct Skipped {
  std::string why;
};

/// The member's text, or nothing when it is absent or not a string.
std::optional<std::string> text_of(const Json& jwk, const char* member) {
  const auto found = jwk.find(member);
  if (found == jwk.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

/// The member's bytes, or nothing when it is absent, empty or not strict base64url.
std::optional<std::string> bytes_of(const Json& jwk, const char* member) {
  const auto text = text_of(jwk, member);
  if (!text || text->empty()) return std::nullopt;
  return decode_base64url(*text);
}

Openssl<EVP_PKEY> import(const char* type, OSSL_PARAM_BLD* builder) {
  const Openssl<OSSL_PARAM> parameters(OSSL_PARAM_BLD_to_param(builder));
  const Openssl<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (parameters && context && EVP_PKEY_fromdata_init(context.get()) == 1)
    EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get());
  return Openssl<EVP_PKEY>(key);
}

Openssl<EVP_PKEY> import_rsa(const Json& jwk) {
  const auto n = bytes_of(jwk, "n");
  const auto e = bytes_of(jwk, "e");
  if (!n || !e) return nullptr;
  const Openssl<BIGNUM> modulus(BN_bin2bn(octets(*n), static_cast<int>(n->size()), nullptr));
  const Openssl<BIGNUM> exponent(BN_bin2bn(octets(*e), static_cast<int>(e->size()), nullptr));
  const Openssl<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
  if (!modulus || !exponent || !builder) return nullptr;
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get());
  return import("RSA", builder.get());
}

Openssl<EVP_PKEY> import_p256(const Json& jwk) {
  const auto x = bytes_of(jwk, "x");
  const auto y = bytes_of(jwk, "y");
  if (!x || !y || x->size() != kCoordinateBytes || y->size() != kCoordinateBytes) return nullptr;
  const std::string point = '\x04' + *x + *y;  // SEC 1, section 2.3.3: uncompressed
  const Openssl<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
  if (!builder) return nullptr;
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
  return import("EC", builder.get());
}

Openssl<EVP_PKEY> import_ed25519(const Json& jwk) {
  const auto x = bytes_of(jwk, "x");
  if (!x) return nullptr;
  return Openssl<EVP_PKEY>(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, octets(*x), x->size()));
}

/// What keys of this type can do here: for `oct` any HMAC, for the others one algorithm.
std::variant<std::vector<Algorithm>, Skipped> algorithms_for(const Json& jwk, const std::string& kty) {
  const std::string crv = text_of(jwk, "crv").value_or("(none)");
  if (kty == "oct") return std::vector{Algorithm::hs256, Algorithm::hs384, Algorithm::hs512};
  if (kty == "RSA") return std::vector{Algorithm::rs256};
  if (kty == "EC" && crv == "P-256") return std::vector{Algorithm::es256};
  if (kty == "OKP" && crv == "Ed25519") return std::vector{Algorithm::eddsa};
  return Skipped{kty == "EC" || kty == "OKP" ? "curve " + crv + " is not supported"
                                             : "kty " + kty + " is not supported"};
}

/// Whether the key is meant for checking signatures (RFC 7517, sections 4.2 and 4.3).
bool checks_signatures(const Json& jwk) {
  const auto use = jwk.find("use");
  if (use != jwk.end() && *use != "sig") return false;
  const auto operations = jwk.find("key_ops");
  if (operations == jwk.end()) return true;
  return operations->is_array() && std::find(operations->begin(), operations->end(), "verify") != operations->end();
}

/// The one algorithm of the key: its `alg`, else `only`, else the only one possible.
Result<std::variant<Algorithm, Skipped>> choose(const Json& jwk, const std::vector<Algorithm>& possible,
                                                std::optional<Algorithm> only) {
  using Choice = std::variant<Algorithm, Skipped>;
  std::optional<Algorithm> chosen;
  if (jwk.contains("alg")) {
    const auto text = text_of(jwk, "alg");
    if (!text) return invalid("alg is not a string");
    chosen = algorithm_named(*text);
    if (!chosen) return Choice(Skipped{"alg " + *text + " is not supported"});
    if (std::find(possible.begin(), possible.end(), *chosen) == possible.end())
      return invalid("alg " + *text + " does not fit kty " + text_of(jwk, "kty").value_or(""));
  } else if (possible.size() == 1) {
    chosen = possible.front();
  } else if (only && std::find(possible.begin(), possible.end(), *only) != possible.end()) {
    chosen = only;
  } else {
    return invalid("an oct key needs an alg (HS256, HS384 or HS512)");
  }
  if (only && *only != *chosen)
    return Choice(Skipped{"alg " + std::string(name(*chosen)) + " is not " + std::string(name(*only))});
  return Choice(*chosen);
}

Result<Key> import_key(const Json& jwk, Algorithm algorithm, bool allow_weak, std::string id) {
  if (is_symmetric(algorithm)) {
    const auto secret = bytes_of(jwk, "k");
    if (!secret) return invalid("k is missing or not base64url");
    return Key::from_secret(algorithm, *secret, allow_weak, std::move(id));
  }
  if (jwk.contains("d")) return invalid("this is a private key; leave out d and the other private members");
  const ErrorMark mark;
  Openssl<EVP_PKEY> key = algorithm == Algorithm::rs256   ? import_rsa(jwk)
                          : algorithm == Algorithm::es256 ? import_p256(jwk)
                                                          : import_ed25519(jwk);
  if (!key) return invalid("the public key is missing, damaged or unsound");
  return Key::from_public(algorithm, std::move(key), std::move(id));
}

Result<std::variant<Key, Skipped>> read_jwk(const Json& jwk, std::optional<Algorithm> only, bool allow_weak) {
  using Read = std::variant<Key, Skipped>;
  if (!jwk.is_object()) return invalid("not an object");
  const std::string id = text_of(jwk, "kid").value_or("");
  if (jwk.contains("kid") && (id.empty() || id.size() > kMaxKidBytes))
    return invalid("kid must be a string of 1 to " + std::to_string(kMaxKidBytes) + " bytes");
  if (!checks_signatures(jwk)) return Read(Skipped{"it is not for signatures"});
  const auto kty = text_of(jwk, "kty");
  if (!kty) return invalid("kty is missing or not a string");
  const auto possible = algorithms_for(jwk, *kty);
  if (const auto* skipped = std::get_if<Skipped>(&possible)) return Read(*skipped);
  auto choice = choose(jwk, std::get<std::vector<Algorithm>>(possible), only);
  if (!choice) return choice.failure();
  if (const auto* skipped = std::get_if<Skipped>(&*choice)) return Read(*skipped);
  auto key = import_key(jwk, std::get<Algorithm>(*choice), allow_weak, id);
  if (!key) return key.failure();
  return Read(*std::move(key));
}

}  // namespace

Result<std::vector<Key>> read_jwks(std::string_view text, std::optional<Algorithm> only, bool allow_weak) {
  json::Document document;
  if (const auto parsed = document.parse(text); !parsed) return parsed.failure();
  const Json set = json::to_json(document.root());
  if (!set.is_object() || !set.contains("keys") || !set["keys"].is_array())
    return invalid("expected a JWK set: {\"keys\": [...]}");
  if (set["keys"].size() > kMaxKeys)
    return invalid("found " + std::to_string(set["keys"].size()) + " keys, at most " + std::to_string(kMaxKeys));

  std::vector<Key> keys;
  std::string skipped;
  for (std::size_t i = 0; i < set["keys"].size(); ++i) {
    const std::string place = "keys[" + std::to_string(i) + "]: ";
    auto read = read_jwk(set["keys"][i], only, allow_weak);
    if (!read) return invalid(place + read.failure().message);
    if (auto* key = std::get_if<Key>(&*read)) {
      keys.push_back(std::move(*key));
    } else {
      skipped += "; " + place + std::get<Skipped>(*read).why;
    }
  }
  if (keys.empty()) return invalid("no key here can check signatures" + skipped);
  return keys;
}

}  // namespace polygate::auth
