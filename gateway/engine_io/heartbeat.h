#pragma once
#include <cstdint>
#include <utility>

#include "gateway/base/clock.h"
#include "gateway/profile/profile.h"

namespace polygate::engine_io {

/// When one session of Engine.IO has to give a sign of life. In revision 4 the server pings and the client answers
/// within a time that counts from when the ping was due, as the client counts it; in revision 3 the client pings, and
/// the server only waits. A pure state machine: whoever owns it looks at the clock.
class Heartbeat {
 public:
  enum class Due : std::uint8_t { nothing, ping, end };

  Heartbeat(bool server_pings, const profile::PingPolicy& policy, Instant now)
      : policy_(policy),
        server_pings_(server_pings),
        due_(now + policy.every + (server_pings ? Millis(0) : policy.client_timeout)) {}

  Instant due() const { return due_; }

  /// What is due by now; of a ping the answer is awaited from here on.
  Due take(Instant now) {
    if (now < due_) return Due::nothing;
    // A worker that was busy for longer than that looks late, and the client is not to blame.
    constexpr Millis kLateAtMost{100};
    const bool is_late = now - due_ > kLateAtMost;
    if (server_pings_ && !awaiting_) {
      await_answer(is_late ? now : due_);
      return Due::ping;
    }
    if (!is_late) return Due::end;
    due_ = now;  // what waits in the socket is read first
    return Due::nothing;
  }
  /// Somebody wants to know whether the client is there. True: ping it now.
  bool ask(Instant now) {
    if (awaiting_) return false;
    await_answer(now);
    return true;
  }
  /// What it says may wait for us: its time to answer begins anew.
  void give_time(Instant now) { due_ = now + policy_.timeout; }
  /// Nothing is due any more.
  void rest() { due_ = Instant::max(); }
  /// A sign of life. True: something is due earlier than was thought, a timer must know.
  bool heard(Instant now) {
    if (!server_pings_) due_ = now + policy_.every + policy_.client_timeout;
    if (!std::exchange(awaiting_, false)) return false;
    due_ = now + policy_.every;
    return true;
  }

 private:
  void await_answer(Instant from) {
    awaiting_ = true;
    due_ = from + policy_.timeout;
  }

  const profile::PingPolicy& policy_;
  bool server_pings_;
  bool awaiting_ = false;
  Instant due_;
};

}  // namespace polygate::engine_io
