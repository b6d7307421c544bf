#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/profile/template.h"
#include "gateway/routing/topic.h"
#include "gateway/rules/scope.h"

namespace polygate::rules {

inline constexpr std::size_t kMaxTopicName = 256;  ///< bytes

/// Appends the text with its paths filled in; an absent path leaves nothing behind.
void append_text(std::string& out, const profile::Text& text, Scope& scope);
std::string render_text(const profile::Text& text, Scope& scope);
/// The same; nothing where one of its paths is absent, or all of it is empty.
std::optional<std::string> whole_text(const profile::Text& text, Scope& scope);

/// Appends JSON. False, and nothing appended, when the shape is one path that finds nothing.
bool append_json(std::string& out, const profile::Shape& shape, Scope& scope);

/// The topics that `topic` names now: none when its path is absent, several when it is a list. A name that is empty,
/// too long or holds a control character fails with `invalid`. Values are escaped, so that `a/$data.x` cannot name
/// `a/b/c`.
Result<void> append_topics(std::vector<Topic>& out, const profile::TopicText& topic, Scope& scope);

/// The topic of a built-in family (`user/`, `role/`); nothing when `name` cannot be one.
std::optional<Topic> built_in_topic(const profile::Profile& profile, std::string_view family, std::string_view name);

/// What names that one topic, whatever is in hand.
profile::TopicText constant_topic(const Topic& topic);

/// Undoes the escaping of one topic name.
std::string unescape_topic_name(std::string_view name);

}  // namespace polygate::rules
