#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "gateway/base/clock.h"
#include "gateway/session/carrier.h"

namespace polygate::engine_io {

/// How a socket ends: why, how far it has come, and until when that may take. A pure state machine: whoever owns it
/// looks at the clock and does what a stage asks for.
class Ending {
 public:
  /// That it ends is decided: close() is to follow. False: it was already, and the first code counts; what is broken
  /// has the last word, though.
  bool decide(session::Farewell farewell);
  bool is_decided() const { return farewell_.has_value(); }
  bool is_broken() const { return farewell_ && farewell_->is_broken; }
  std::uint16_t code() const { return farewell_ ? farewell_->code : std::uint16_t{1000}; }
  std::string_view reason() const { return farewell_ ? std::string_view(farewell_->reason) : std::string_view(); }

  /// Its poll is lost: it ends when what is being posted is taken. False: it ends already, and now it is over.
  bool lose();
  /// It is not lost after all.
  void go_on();
  /// What is decided waits for the WebSocket that is on its way.
  void wait(Instant until) { due_ = until; }
  /// Polls may fetch what waits.
  void say_last_words(Instant until) { enter(Stage::last_words, until); }
  /// Its WebSocket closes, and still hands over what it has read.
  void take_rest(Instant until) { enter(Stage::taking_rest, until); }
  /// False: it was over already.
  bool finish();

  bool is_lost() const { return stage_ == Stage::lost; }
  bool is_over() const { return stage_ == Stage::over; }
  /// Does it end already, whatever is still taken?
  bool is_closing() const { return stage_ > Stage::lost; }
  bool says_last_words() const { return stage_ == Stage::last_words; }
  bool takes_rest() const { return stage_ == Stage::taking_rest; }

  /// We are shutting down: it says goodbye at `when`. If it has already, its last words may take as long as others'
  /// from then (`close_within`), and what its WebSocket has read is taken as it would be.
  void drain_at(Instant when, Millis close_within);
  Instant due() const { return is_over() ? Instant::max() : due_; }
  enum class Due : std::uint8_t { nothing, goodbye, end };
  /// What is due by now, once.
  Due take(Instant now);

 private:
  enum class Stage : std::uint8_t { open, lost, last_words, taking_rest, over };
  void enter(Stage stage, Instant until);

  Stage stage_ = Stage::open;
  std::optional<session::Farewell> farewell_;
  Instant due_ = Instant::max();
};

}  // namespace polygate::engine_io
