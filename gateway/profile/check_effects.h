#pragma once
#include <optional>
#include <string>

#include "gateway/profile/check_context.h"

namespace polygate::profile {

/// A topic that something is done with: does its family exist, and do its paths?
void check_topic(CheckContext& context, const CheckScope& scope, const TopicText& topic);

/// The outgoing event's name, as far as it is known before anything runs; empty where it is not.
std::string constant_name(const std::optional<Text>& as, const std::string& event);

/// Can something stay there, under that key?
void check_recall(CheckContext& context, const CheckScope& scope, const RecallStep& recall);
/// What is found there looks like, where that is one definition; else without a schema.
Definitions::Definition definition_of_kept(CheckContext& context, const RecallStep& recall);

/// A verifier that a rule or an endpoint names.
void check_verifier(CheckContext& context, const std::string& name, const Place& place);

/// `event` is the rule's own event, empty when it has none or may be any.
void check_send(CheckContext& context, const CheckScope& scope, SendStep& send, const std::string& event);
void check_reply(CheckContext& context, const CheckScope& scope, ReplyStep& reply, const std::string& event);
/// A reply of the profile's `otherwise`, when it is `event` that failed: what it says bears that name.
void check_reply_of(CheckContext& context, const ReplyStep& reply, const std::string& event, const Place& place);

}  // namespace polygate::profile
