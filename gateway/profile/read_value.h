#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/base/yaml.h"
#include "gateway/profile/read_context.h"

/// Plain values of a profile: no `$paths` in them. Each says what is wrong, and then returns nothing.
namespace polygate::profile {

/// Text that is not empty and has no `$path`.
std::optional<std::string> read_word(ReadContext& context, const yaml::Node& node, std::string_view what);

/// Words: one, or a list of them.
std::vector<std::string> read_words(ReadContext& context, const yaml::Node& node, std::string_view what);

/// A letter, then letters, digits, `_` and `-`: names of roles, families, variables.
bool is_name(std::string_view text);
std::optional<std::string> read_name(ReadContext& context, const yaml::Node& node, std::string_view what);

/// One of `choices`, as the index into them.
std::optional<std::size_t> read_choice(ReadContext& context, const yaml::Node& node, std::string_view what,
                                       const std::vector<std::string>& choices);

std::optional<bool> read_boolean(ReadContext& context, const yaml::Node& node, std::string_view what);
std::optional<Millis> read_duration(ReadContext& context, const yaml::Node& node, std::string_view what);
std::optional<std::uint64_t> read_size(ReadContext& context, const yaml::Node& node, std::string_view what);
/// A whole number between `least` and `most`.
std::optional<std::uint64_t> read_count(ReadContext& context, const yaml::Node& node, std::string_view what,
                                        std::uint64_t least, std::uint64_t most);

/// `10/1m`: so many within a time.
std::optional<Rate> read_how_often(ReadContext& context, const yaml::Node& node, std::string_view what);

/// A role that some endpoint starts in or some rule becomes.
std::optional<RoleIndex> read_role(ReadContext& context, const yaml::Node& node);
/// One role or a list of them.
std::vector<RoleIndex> read_roles(ReadContext& context, const yaml::Node& node);

}  // namespace polygate::profile
