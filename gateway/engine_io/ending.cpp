#include "gateway/engine_io/ending.h"

#include <algorithm>
#include <utility>

namespace polygate::engine_io {

bool Ending::decide(session::Farewell farewell) {
  const bool is_first = !is_over() && !farewell_;
  if (is_first || farewell.is_broken) farewell_ = std::move(farewell);
  return is_first;
}

bool Ending::lose() {
  if (stage_ == Stage::open) stage_ = Stage::lost;
  return is_lost();
}

void Ending::go_on() {
  if (is_lost()) stage_ = Stage::open;
}

bool Ending::finish() {
  return std::exchange(stage_, Stage::over) != Stage::over;
}

void Ending::drain_at(Instant when, Millis close_within) {
  if (!takes_rest()) due_ = std::min(due_, is_decided() ? when + close_within : when);
}

Ending::Due Ending::take(Instant now) {
  if (now < due()) return Due::nothing;
  due_ = Instant::max();
  return is_decided() ? Due::end : Due::goodbye;
}

void Ending::enter(Stage stage, Instant until) {
  stage_ = stage;
  due_ = until;
}

}  // namespace polygate::engine_io
