#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "gateway/plugin/loader.h"
#include "gateway/profile/profile.h"

namespace polygate::app {

/// The plugins of a rule's looks and of its handler, where they are at hand.
struct AskedPlugins {
  const Plugin* authenticate = nullptr;
  const Plugin* look = nullptr;
  const Plugin* handler = nullptr;
};

/// What a rule of `profile` for `event` does, step by step in the order in which the gateway takes them, as sentences
/// for people. `definitions` is what the names of the profile's definitions begin with.
std::vector<std::string> steps_in_words(const profile::Profile& profile, const profile::Rule& rule,
                                        std::string_view event, std::string_view definitions,
                                        const AskedPlugins& asked);

/// What clients must have shown before the rules of `opened` are taken.
std::vector<std::string> handshake_in_words(const profile::Profile& profile, std::string_view definitions);

/// What answers a failure of the rule: its own `otherwise`, then the profile's.
std::vector<std::string> answers_in_words(const profile::Profile& profile, const profile::Rule& rule,
                                          std::string_view event);

}  // namespace polygate::app
