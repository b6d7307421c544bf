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

Result<Topic> topic_to_ask_for(const profile::Profile& profile, std::string_view text) {
  const std::string named = '`' + shown(text) + "`: ";
  auto topic = topic_named(profile, text);
  if (!topic) return invalid(named + topic.failure().message);
  const std::string_view family = topic->family();
  if (topic->kind == TopicKind::session) return invalid(named + "nobody is counted on a topic of `session/`");
  if ((family == "user" && !profile.uses_user_topics) || (family == "role" && !profile.uses_role_topics)) {
    return invalid(named + "no rule names a topic of `" + std::string(family) + "/`, so that nobody is counted there");
  }
  return topic;
}

}  // namespace polygate::rules
