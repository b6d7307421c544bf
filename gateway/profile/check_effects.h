#pragma once
#include <string>

#include "gateway/profile/check_context.h"

namespace polygate::profile {

/// A topic that something is done with: does its family exist, and do its paths?
void check_topic(CheckContext& context, const CheckScope& scope, const TopicText& topic);

/// A verifier that a rule or an endpoint names.
void check_verifier(CheckContext& context, const std::string& name, const Place& place);

/// `event` is the rule's own event, empty when it has none or may be any.
void check_send(CheckContext& context, const CheckScope& scope, SendStep& send, const std::string& event);
void check_reply(CheckContext& context, const CheckScope& scope, ReplyStep& reply, const std::string& event);
/// A reply of the profile's `otherwise`, when it is `event` that failed: what it says bears that name.
void check_reply_of(CheckContext& context, const ReplyStep& reply, const std::string& event, const Place& place);

}  // namespace polygate::profile
