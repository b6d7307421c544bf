#include "gateway/session/attending.h"

#include <memory>
#include <string>

namespace polygate::session {
namespace {

bool is_watched(const Session& session, const Topic& topic) {
  const auto& presence = session.profile->presence;
  return !presence.empty() && presence.contains(topic.family());
}

/// Who the session is at this moment.
AttendeePtr attendee(const Session& session) {
  auto who = std::make_shared<Attendee>();
  who->role = session.current_role;
  who->user = std::string(session.user());
  if (session.who) who->claims = std::shared_ptr<const Json>(session.who, &session.who->claims);
  return who;
}

}  // namespace

void tell_came(Common& common, const Session& session, const Topic& topic) {
  if (is_watched(session, topic)) common.services.exchange->came(common.worker, topic, attendee(session));
}

void tell_went(Common& common, const Session& session, const Topic& topic) {
  if (is_watched(session, topic)) common.services.exchange->went(common.worker, topic, attendee(session));
}

}  // namespace polygate::session
