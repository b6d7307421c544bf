#pragma once
#include <string_view>

#include "gateway/base/result.h"
#include "gateway/profile/profile.h"
#include "gateway/routing/topic.h"

namespace polygate::rules {

/// The topic that a handler calls `text`: `family/name`, where all behind the slash is one value, escaped as if a
/// `$path` had brought it. A failure is `invalid` and says what is wrong with it.
Result<Topic> topic_named(const profile::Profile& profile, std::string_view text);

/// The same to ask who is there: where sessions are not on `user/` or `role/`, because no rule names such a topic,
/// nobody could say. The failure names the topic.
Result<Topic> topic_to_ask_for(const profile::Profile& profile, std::string_view text);

}  // namespace polygate::rules
