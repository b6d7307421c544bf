#pragma once
#include <string>

#include "gateway/base/result.h"
#include "gateway/plugin/emission.h"
#include "gateway/rules/effects.h"
#include "gateway/rules/scope.h"

namespace polygate::rules {

/// What all receivers of an event hear.
FramePtr frame_for_all(const profile::Profile& profile, std::string_view event, const dialect::Content& content,
                       std::string_view question);

/// What data of ours may cost when it is held against its schema.
json::Limits limits_of_outgoing(const profile::Profile& profile);

/// Renders one send or reply: its data, held against the outgoing event's schema, framed. The only place where anything
/// that leaves the gateway is made. A failure is `internal` when our own data breaks its schema.
class Outbound {
 public:
  Outbound(const profile::Profile& profile, const profile::Rule* rule, Scope& scope, json::Document& scratch,
           Verdict& verdict)
      : profile_(profile), rule_(rule), scope_(scope), scratch_(scratch), verdict_(verdict) {}

  /// With `each`, an element that cannot be said does not keep the others from it; the first failure is returned.
  Result<void> send(const profile::SendStep& step, Exchange::Batch& out);
  /// What a handler sends by itself, within its `emits`. `invalid`: it may not, or the topic cannot be.
  Result<void> emit(const Emission& emission, const profile::HandlerStep& handler, Exchange::Batch& out);
  /// Appends the event, the acknowledgement, or both; no acknowledgement where the sender asked for none.
  Result<void> reply(const profile::ReplyStep& step, std::vector<FramePtr>& out);
  /// The acknowledgement that says nothing, if the sender asked for one and no reply gave it.
  void acknowledge(std::vector<FramePtr>& out);

 private:
  Result<void> send_one(const profile::SendStep& step, Exchange::Batch& out);
  /// What an outgoing message holds: the data, or in `arguments` all of them, separated by commas.
  struct Content {
    std::string made;
    std::string_view text;  ///< of `made`, or of the message in hand
    bool arguments = false;
    bool unchanged = false;
    bool whole = false;  ///< it is all of the message
  };
  Result<Content> content_of(const std::optional<profile::Shape>& data, const std::optional<profile::Shape>& args,
                             const Place& place);
  Result<std::string> data_with(const profile::SendStep& step);
  const schema::Schema* definition(std::string_view event, std::string_view way, bool arguments) const;
  Result<void> check(std::string_view event, const Content& content, const schema::Schema* schema, const Place& place);
  Result<Keep> keep(const profile::KeepStep& step, std::string_view event, const Content& content,
                    const schema::Schema* schema);
  FramePtr frame_for_sender(std::string_view event, const Content& content) const;
  FramePtr ack_frame(const Content& content) const;
  dialect::Content said(const Content& content) const;

  const profile::Profile& profile_;
  const profile::Rule* rule_;
  Scope& scope_;
  json::Document& scratch_;
  Verdict& verdict_;
  bool acknowledged_ = false;
};

}  // namespace polygate::rules
