#include "gateway/rules/doing_once.h"

#include <algorithm>
#include <utility>

#include "gateway/base/json.h"
#include "gateway/rules/render.h"
#include "gateway/store/fnv.h"

namespace polygate::rules {

Result<std::optional<std::string>> once_key(const profile::OnceStep& once, Scope& scope) {
  auto key = whole_text(once.key, scope);
  if (!key) return std::optional<std::string>();
  if (key->size() > kMaxTopicName) return Failure{Reason::invalid, "the key of `once` is longer than 256 bytes"};
  const bool is_text =
      std::none_of(key->begin(), key->end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  if (!is_text) return Failure{Reason::invalid, "the key of `once` holds a control character"};
  return key;
}

std::uint64_t hash_of(const profile::Profile& profile, const dialect::Event& message) {
  std::string all;
  if (message.arguments > 1) {
    all = message.argument_bytes;
  } else if (profile.dialect->traits().json) {
    all = json::to_json(message.data).dump();  // the same, however it is written
  } else {
    all = message.data_bytes;
  }
  if (message.attachments) {
    for (const std::string& piece : *message.attachments) all.append(1, '\n').append(piece);
  }
  return fnv1a(all);
}

}  // namespace polygate::rules
