#pragma once
#include <vector>

#include "gateway/base/yaml.h"
#include "gateway/profile/read_context.h"

/// The steps of a rule that happen, and what answers when it fails.
namespace polygate::profile {

/// `send:` one {to, as, data | with, except, keep, each}, or a list of these.
std::vector<SendStep> read_sends(ReadContext& context, const yaml::Node& node);

/// `reply:` a name, {as, data}, or a list of these.
std::vector<ReplyStep> read_replies(ReadContext& context, const yaml::Node& node);

/// `others:` one {of, leave | join | close}, or a list of these.
std::vector<OthersStep> read_others(ReadContext& context, const yaml::Node& node);

/// `close:` true, or {code, reason}.
CloseStep read_close(ReadContext& context, const yaml::Node& node);

/// `otherwise:` one {from, on, reply, close}, or a list of these.
std::vector<Otherwise> read_otherwise(ReadContext& context, const yaml::Node& node);

/// `failures:` a text for each name.
Failures read_failures(ReadContext& context, const yaml::Node& node);

}  // namespace polygate::profile
