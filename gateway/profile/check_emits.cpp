#include "gateway/profile/check_emits.h"

#include <string>
#include <vector>

namespace polygate::profile {

void check_emits(CheckContext& context, const Emits& emits) {
  if (emits.place.line == 0) return;
  Profile& profile = context.profile;
  if (!context.json()) {
    if (profile.dialect) context.problem(emits.place, "this dialect's data are bytes: a handler has nothing to emit");
    return;
  }
  for (const Emits::Name& event : emits.events) {
    static_cast<void>(context.definitions.find(event.text, "send", event.place));
  }
  std::vector<std::string> families;
  for (const auto& [family, kind] : profile.families) families.push_back(family + '/');
  for (const Emits::Name& family : emits.families) {
    const auto known = profile.families.find(family.text);
    if (known == profile.families.end()) {
      context.problem(family.place, "no rule claims or joins `" + family.text + "/`: nobody can be there",
                      did_you_mean(family.text + '/', families));
      continue;
    }
    if (family.text == "user") profile.uses_user_topics = true;
    if (family.text == "role") profile.uses_role_topics = true;
    if (known->second == TopicKind::joined) profile.keeps = true;  // under which keys, the handler says
  }
}

}  // namespace polygate::profile
