#pragma once
#include <algorithm>
#include <cstdint>

#include "gateway/base/clock.h"
#include "gateway/profile/profile.h"

namespace polygate::server {

/// When a WebSocket is asked for a sign of life, and when it has been silent for too long: `ping` and `idle` of its
/// endpoint (RFC 6455 section 5.5.2). Pure: it is told what happens and when, and says what is due.
class KeepAlive {
 public:
  enum class Due : std::uint8_t {
    nothing,  ///< see due()
    ping,     ///< now; asked() when that is done
    lost,     ///< its answer did not come
    idle,     ///< no message for too long
  };

  /// `pause`: until the first ping.
  void begin(const profile::Endpoint& endpoint, Instant now, Millis pause) {
    endpoint_ = &endpoint;
    spoke_at_ = now;
    ping_due_ = endpoint.ping.every.count() == 0 ? Instant::max() : now + pause;
  }
  void stop() { is_asked_ = false; }

  /// Is a sign of life waited for?
  bool is_asked() const { return is_asked_; }
  /// It came. The next ping is `pause` behind the last one.
  void answered(Millis pause) {
    is_asked_ = false;
    ping_due_ = asked_at_ + pause;
  }
  /// The peer takes bytes, only slowly, and our ping is still among them: that is a sign of life.
  void is_slow(Instant now) { asked(now); }
  void asked(Instant now) {
    is_asked_ = true;
    asked_at_ = now;
    ping_due_ = now + endpoint_->ping.timeout;
  }

  Millis every() const { return endpoint_->ping.every; }
  bool has_idle() const { return endpoint_ != nullptr && endpoint_->idle.count() != 0; }
  /// A message, or a ping of its own.
  void spoke(Instant now) { spoke_at_ = now; }

  /// When judge() is to be called, at the latest.
  Instant due() const { return std::min(ping_due_, idle_due()); }
  /// `unread`: bytes of the peer wait for us, its answer perhaps among them. `held_back`: its last message does.
  Due judge(Instant now, bool unread, bool held_back) {
    if (now >= idle_due()) {
      if (!unread && !held_back) return Due::idle;
      spoke_at_ = now;
    } else if (now >= ping_due_) {
      if (!is_asked_) return Due::ping;
      if (!unread) return Due::lost;
      ping_due_ = now + endpoint_->ping.timeout;
    }
    return Due::nothing;
  }

 private:
  Instant idle_due() const { return has_idle() ? spoke_at_ + endpoint_->idle : Instant::max(); }

  const profile::Endpoint* endpoint_ = nullptr;
  Instant ping_due_ = Instant::max();  ///< or its answer
  Instant spoke_at_{};
  Instant asked_at_{};
  bool is_asked_ = false;
};

}  // namespace polygate::server
