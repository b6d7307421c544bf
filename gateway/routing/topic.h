#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace polygate {

/// How a topic is held. A family is either claimed or joined within a profile, never both.
enum class TopicKind : std::uint8_t {
  joined,   ///< any number of sessions; `user/` and `role/` are joined by the gateway itself
  claimed,  ///< one session at a time
  session,  ///< `session/<id>`: exactly that session
};

/// The only address: text such as `room/a1`, within one profile. Topics of different profiles never meet, because the
/// key that the Exchange compares starts with the profile's name.
struct Topic {
  TopicKind kind = TopicKind::joined;
  /// Whoever named it said a number, true, false or null, and not text. No part of the address.
  bool is_value = false;
  std::string key;  ///< profile + '\n' + family + '/' + name

  static Topic make(TopicKind kind, std::string_view profile, std::string_view family, std::string_view name) {
    Topic topic{kind, false, {}};
    topic.key.reserve(profile.size() + family.size() + name.size() + 2);
    append_prefix(topic.key, profile, family);
    topic.key.append(name);
    return topic;
  }
  /// What stands before the name in the keys of one family.
  static void append_prefix(std::string& key, std::string_view profile, std::string_view family) {
    key.append(profile).append(1, '\n').append(family).append(1, '/');
  }
  /// `family/name`, as profiles and logs say it.
  std::string_view text() const { return std::string_view(key).substr(key.find('\n') + 1); }
  std::string_view family() const { return text().substr(0, text().find('/')); }
  std::string_view name() const { return text().substr(text().find('/') + 1); }

  static std::string_view profile_of(std::string_view key) { return key.substr(0, key.find('\n')); }
  /// Is it the key of a topic of this profile?
  static bool is_of(std::string_view key, std::string_view profile) {
    return key.size() > profile.size() && key.starts_with(profile) && key[profile.size()] == '\n';
  }

  friend bool operator==(const Topic& a, const Topic& b) { return a.key == b.key; }
};

}  // namespace polygate
