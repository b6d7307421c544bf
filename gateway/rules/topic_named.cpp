#include "gateway/rules/topic_named.h"

#include <optional>
#include <string>
#include <utility>

#include "gateway/base/diagnostics.h"
#include "gateway/rules/render.h"

namespace polygate::rules {

Result<Topic> topic_named(const profile::Profile& profile, std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return invalid("a topic is family/name");
  const std::string_view family = text.substr(0, slash);
  const auto known = profile.families.find(family);
  if (known == profile.families.end()) {
    return invalid("no rule claims or joins `" + shown(family) + "/`: nobody can be there");
  }
  std::optional<Topic> topic = built_in_topic(profile, family, text.substr(slash + 1));
  if (!topic) return invalid("the name is empty, longer than 256 bytes, or holds a control character");
  topic->kind = known->second;
  return std::move(*topic);
}

}  // namespace polygate::rules
