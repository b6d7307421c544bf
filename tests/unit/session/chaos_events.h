#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <initializer_list>
#include <optional>
#include <set>
#include <string>

namespace polygate::session::chaos {

inline constexpr std::size_t kRooms = 3;
inline constexpr std::size_t kSeats = 2;
inline constexpr std::size_t kKeys = 6;
inline constexpr std::size_t kKeptPerRoom = 5;

/// What an event's rule does, beside its reply.
enum class Kind : std::uint8_t {
  join,
  leave,
  enter,  ///< joins, and sends to the room
  quit,   ///< leaves, and sends to the room
  say,    ///< sends to the room
  whisper,
  keep,
  forget,  ///< a key; what it sends is not kept
  ask,     ///< needs somebody in the room
  sit,     ///< claims a seat; refuse
  push,    ///< probe
  oust,    ///< replace
  serve,   ///< refuse, and a handler
  stand,
  call,  ///< sends to the seat
  work,  ///< a handler; sends to the room
  aim,   ///< names the session that `tell` sends to
  tell,
  bye,  ///< is closed
};
inline constexpr std::size_t kKinds = 19;
inline constexpr std::array<const char*, kKinds> kNames = {
    "join", "leave", "enter", "quit",  "say",  "whisper", "keep", "forget", "ask", "sit",
    "push", "oust",  "serve", "stand", "call", "work",    "aim",  "tell",   "bye"};
constexpr bool is_any(Kind kind, std::initializer_list<Kind> of) {
  for (const Kind one : of) {
    if (kind == one) return true;
  }
  return false;
}
constexpr bool is_to_room(Kind kind) {
  using enum Kind;
  return is_any(kind, {enter, quit, say, whisper, keep, forget, work});
}
constexpr bool sends(Kind kind) {
  return is_to_room(kind) || kind == Kind::call || kind == Kind::tell;
}
constexpr bool claims(Kind kind) {
  return is_any(kind, {Kind::sit, Kind::push, Kind::oust, Kind::serve});
}
constexpr bool may_fail(Kind kind) {
  return claims(kind) || kind == Kind::ask || kind == Kind::work;
}

/// All moments are numbers that grow; 0 = not yet.
using Moment = std::uint64_t;

/// An event that a client said. What its rule sends bears its number.
struct Said {
  std::size_t by = 0;
  Kind kind = Kind::say;
  std::size_t place = 0;  ///< the room, or the seat
  std::size_t key = 0;
  std::optional<std::size_t> to;  ///< the one client that may hear it
  Moment sent = 0;
  Moment published = 0;
  Moment gone = 0;  ///< its topic keeps it no more
  bool is_kept = false;
  bool is_limited = false;  ///< it could not be kept
  bool is_told_limited = false;
  bool may_be_dropped = false;  ///< its client had said before that it wants to be closed
  bool failed = false;
  bool overdue = false;
};

/// What one client knows, by what it was told.
struct Known {
  struct Room {
    bool on = false;
    Moment asked = 0;  ///< it came here between this one
    Moment told = 0;   ///< and that one
    Moment last = 0;   ///< heard; the moment at which that was published
    unsigned leaving = 0;
    std::set<std::size_t> owed;  ///< what it has to hear yet
  };
  struct Seat {
    bool holds = false;
    unsigned gains = 0;  ///< that the Exchange has seen
    unsigned told = 0;   ///< of these
    Moment last = 0;
    unsigned standing = 0;
    std::set<std::size_t> owed;
  };
  std::string id;
  bool is_live = true;       ///< it hears, or will when it comes back
  bool is_away = false;      ///< it may come back
  bool is_silenced = false;  ///< what it has said and is not taken was dropped
  bool says_bye = false;
  bool was_welcomed = false;
  bool is_closing = false;  ///< it was told so
  bool was_evicted = false;
  std::deque<std::size_t> unanswered;
  std::array<Room, kRooms> rooms;
  std::array<Seat, kSeats> seats;
  std::set<std::size_t> owed;  ///< to it alone
  Moment last = 0;             ///< of these
};

}  // namespace polygate::session::chaos
