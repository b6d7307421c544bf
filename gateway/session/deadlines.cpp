#include "gateway/session/deadlines.h"

#include "gateway/session/session.h"

namespace polygate::session {
namespace {

TimerQueue<Timer>::Id& timer_of(Session& session, Deadline deadline) {
  switch (deadline) {
    case Deadline::role:
      return session.role_timer;
    case Deadline::token:
      return session.token_timer;
    case Deadline::detached:
    case Deadline::finish:
      break;
  }
  return session.end_timer;
}

}  // namespace

void Deadlines::set(Session& session, Deadline deadline, Millis in) {
  TimerQueue<Timer>::Id& timer = timer_of(session, deadline);
  timers_.remove(timer);
  timer = timers_.add(clock_.now() + in, {deadline, session.id()});
}

void Deadlines::clear(Session& session, Deadline deadline) {
  timers_.remove(timer_of(session, deadline));
}

void Deadlines::clear(Session& session) {
  for (const Deadline each : {Deadline::role, Deadline::token, Deadline::finish}) clear(session, each);
}

}  // namespace polygate::session
