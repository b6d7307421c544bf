#include "gateway/auth/key_source.h"

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "gateway/auth/jwk.h"
#include "gateway/auth/jws.h"

namespace polygate::auth {

namespace {

constexpr std::size_t kMaxFileBytes = 256 * 1024;

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

Failure invalid_at(const std::string& where, const std::string& message) {
  return invalid(where + ": " + message);
}

Result<std::string> read_file(const std::string& path) {
  const std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "rb"));
  if (!file) return invalid_at(path, std::string("cannot be read: ") + std::strerror(errno));
  std::string text;
  std::array<char, 4096> chunk{};
  while (const std::size_t size = std::fread(chunk.data(), 1, chunk.size(), file.get())) {
    text.append(chunk.data(), size);
    if (text.size() > kMaxFileBytes)
      return invalid_at(path, "is larger than " + std::to_string(kMaxFileBytes) + " bytes, which no key is");
  }
  if (std::ferror(file.get()) != 0) return invalid_at(path, std::string("cannot be read: ") + std::strerror(errno));
  if (text.empty()) return invalid_at(path, "is empty");
  return text;
}

/// `echo secret > file` and editors end the line; nobody means that as part of the secret.
void drop_line_end(std::string& text) {
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
}

}  // namespace

std::string KeySource::where() const {
  if (env) return "environment variable " + *env;
  return file ? *file : jwks.value_or("(nowhere)");
}

Result<std::string> read_key_text(const KeySource& source) {
  if (source.env) {
    const char* value = std::getenv(source.env->c_str());
    if (value == nullptr) return invalid_at(source.where(), "is not set");
    if (*value == '\0') return invalid_at(source.where(), "is empty");
    return std::string(value);
  }
  if (!source.file) return invalid_at(source.where(), "expected env or file");
  auto text = read_file(*source.file);
  if (text) drop_line_end(*text);
  return text;
}

Result<std::vector<Key>> load_keys(const KeySource& source, std::optional<Algorithm> algorithm, bool allow_weak) {
  const int given = source.env.has_value() + source.file.has_value() + source.jwks.has_value();
  if (given != 1)
    return invalid_at("key", "expected exactly one of env, file and jwks, found " + std::to_string(given) + " of them");
  if (source.id.size() > kMaxKidBytes)
    return invalid_at(source.where(), "the key's id is longer than " + std::to_string(kMaxKidBytes) + " bytes");

  if (source.jwks) {
    if (!source.id.empty()) return invalid_at(source.where(), "the keys of a JWK set have their own ids; leave out id");
    const auto text = read_file(*source.jwks);
    if (!text) return text.failure();
    auto keys = read_jwks(*text, algorithm, allow_weak);
    if (!keys) return invalid_at(source.where(), keys.failure().message);
    return keys;
  }

  if (!algorithm) return invalid_at(source.where(), "say which algorithm this key is for");
  const auto text = read_key_text(source);
  if (!text) return text.failure();
  auto key = is_symmetric(*algorithm) ? Key::from_secret(*algorithm, *text, allow_weak, source.id)
                                      : Key::from_pem(*algorithm, *text, source.id);
  if (!key) return invalid_at(source.where(), key.failure().message);
  std::vector<Key> keys;
  keys.push_back(*std::move(key));
  return keys;
}

}  // namespace polygate::auth
