#pragma once
#include <string>

#include "gateway/base/result.h"
#include "gateway/profile/effects.h"
#include "gateway/profile/scope.h"

namespace polygate::profile {

/// Renders one send or reply: its data, held against the outgoing event's schema, framed. The only place where anything
/// that leaves the gateway is made. A failure is `internal` when our own data breaks its schema.
class Outbound {
 public:
  Outbound(const Profile& profile, const Rule* rule, Scope& scope, json::Document& scratch, Verdict& verdict)
      : profile_(profile), rule_(rule), scope_(scope), scratch_(scratch), verdict_(verdict) {}

  Result<void> send(const SendStep& step, std::vector<Outgoing>& out);
  Result<FramePtr> reply(const ReplyStep& step);

 private:
  Result<void> send_one(const SendStep& step, std::vector<Outgoing>& out);
  Result<std::string> data_with(const SendStep& step);
  Result<FramePtr> frame(std::string_view event, std::string_view data, const schema::Schema* schema, bool is_reply,
                         bool unchanged, const Place& place);

  const Profile& profile_;
  const Rule* rule_;
  Scope& scope_;
  json::Document& scratch_;
  Verdict& verdict_;
};

}  // namespace polygate::profile
