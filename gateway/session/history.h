#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/routing/frame.h"

namespace polygate::session {

/// What was said to one session lately, oldest first: its client, back on another connection, is told what it missed.
/// Bounded by whoever adds. A message that it was told twice, with another one between, may be told again.
class History {
 public:
  struct Limits {
    std::size_t frames = 0;
    std::size_t bytes = 0;
    Millis age{0};
  };

  /// Said while a connection was there. What bears no offset is not kept: nobody could tell whether it was heard.
  void said(const FramePtr& frame, Instant now, const Limits& limits);
  /// Said while there was none. False: no room, and now nobody can tell the client everything.
  bool missed(const FramePtr& frame, Instant now, const Limits& limits);
  /// What a client has missed that heard `offset` last (empty: nothing yet). Nothing when that is no longer known.
  std::optional<std::vector<FramePtr>> after(std::string_view offset) const;
  /// The client was told: from now on it has heard everything.
  void caught_up();

 private:
  struct Entry {
    FramePtr frame;
    Instant at;
  };
  void add(const FramePtr& frame, Instant now);
  void forget_first();

  std::deque<Entry> entries_;
  std::size_t bytes_ = 0;
  std::size_t missed_ = 0;       ///< of the entries, at the end
  std::uint64_t forgotten_ = 0;  ///< offset of what was forgotten last; 0 = nothing was
};

}  // namespace polygate::session
