#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/base/yaml.h"
#include "gateway/profile/read_context.h"
#include "gateway/profile/template.h"

/// Values of a profile that may hold `$paths`.
namespace polygate::profile {

/// A string with `$paths`.
std::optional<Text> read_text(ReadContext& context, const yaml::Node& node, std::string_view what);

/// A string that is one `$path` and nothing else.
std::optional<Text> read_one_path(ReadContext& context, const yaml::Node& node, std::string_view what);

/// Anything that becomes JSON.
Shape read_shape(ReadContext& context, const yaml::Node& node);

/// A mapping of fields to anything.
std::vector<Shape::Entry> read_fields(ReadContext& context, const yaml::Node& node, std::string_view what);

/// `family/name`.
std::optional<TopicText> read_topic(ReadContext& context, const yaml::Node& node, std::string_view what);
/// One topic or a list of them.
std::vector<TopicText> read_topics(ReadContext& context, const yaml::Node& node, std::string_view what);

/// Remembers that this profile claims or joins the topic's family, and says so when it does both, or when the family is
/// one that the gateway itself keeps.
void hold_family(ReadContext& context, const TopicText& topic, TopicKind kind);

}  // namespace polygate::profile
