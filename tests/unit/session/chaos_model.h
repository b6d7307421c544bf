#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/routing/exchange.h"
#include "tests/unit/session/chaos_events.h"

namespace polygate::session::chaos {

/// A client and an event, in words.
struct Who {
  std::size_t index = 0;
};
struct What {
  std::size_t number = 0;
};

/// What must be true of sessions, whatever happens. Knows what clients say and are told, and in which order the
/// Exchange took it (see Witness); nothing of how the gateway does that.
class Model {
 public:
  explicit Model(bool tells) : tells_(tells) {}

  struct Holder {
    std::string who;  ///< empty: nobody
    Fence fence = 0;
    bool is_ending = false;
    Moment since = 0;
    Fence before = 0;  ///< that of who gave it back last
  };

  template <class... Words>
  void wrong(const Words&... words) {
    if (!failed_) ADD_FAILURE() << (... + in_words(words));
    failed_ = true;
  }
  template <class... Words>
  void expect(bool is, const Words&... words) {
    if (!is) wrong(words...);
  }
  template <class... Words>
  void note(const Words&... words) const {
    if (tells_)
      std::fprintf(stderr, "%6llu %s\n", static_cast<unsigned long long>(now), (... + in_words(words)).c_str());
  }
  bool failed() const { return failed_; }

  std::size_t came(const std::string& id) {
    by_id[id] = clients.size();
    clients.emplace_back().id = id;
    return clients.size() - 1;
  }
  std::size_t said(std::size_t by, Said one) {
    Known& client = clients[by];
    one.by = by;
    one.sent = ++now;
    const std::size_t number = all.size();
    if (client.is_live) client.unanswered.push_back(number);
    if (one.kind == Kind::leave || one.kind == Kind::quit) {
      ++client.rooms[one.place].leaving;
      client.rooms[one.place].owed.clear();
    }
    if (one.kind == Kind::stand) {
      ++client.seats[one.place].standing;
      client.seats[one.place].owed.clear();
    }
    one.may_be_dropped = client.says_bye;
    client.says_bye = client.says_bye || one.kind == Kind::bye;
    all.push_back(one);
    return number;
  }
  /// It hears nothing any more.
  void ended(std::size_t who) {
    Known& client = clients[who];
    client.is_live = false;
    client.owed.clear();
    for (Known::Room& room : client.rooms) room.owed.clear();
    for (Known::Seat& seat : client.seats) seat.owed.clear();
  }

  void heard(std::size_t who, std::string_view message);

  // What the Exchange did.
  void claimed(std::size_t seat, const std::string& who, bool gained, Fence fence, bool should);
  void released(std::size_t seat, Fence fence) {
    ++now;
    if (holders[seat].fence == fence) holders[seat] = {{}, 0, false, now, fence};
  }
  void ending(std::size_t seat, Fence fence) {
    if (holders[seat].fence == fence) holders[seat].is_ending = true;
  }
  void published(const Topic& topic, std::string_view message, bool is_limited);

  /// Nothing is on its way any more.
  void calm();

  std::vector<Known> clients;
  std::vector<Said> all;
  std::map<std::string, std::size_t> by_id;
  std::array<Holder, kSeats> holders;
  std::array<std::deque<std::string>, kSeats> heirs;            ///< who wait for an ending holder, longest first
  std::array<std::map<std::size_t, std::size_t>, kRooms> kept;  ///< by key
  std::map<std::string, int, std::less<>> endings;              ///< closed rules, by session
  Moment now = 0;

 private:
  // What went wrong is put in words when something does.
  std::string in_words(std::string_view text) const { return std::string(text); }
  std::string in_words(std::size_t number) const { return std::to_string(number); }
  std::string in_words(Who who) const { return "client " + std::to_string(who.index); }
  std::string in_words(What what) const {
    const Said& one = all[what.number];
    const std::string kind = kNames[static_cast<std::size_t>(one.kind)];
    return std::to_string(what.number) + " (" + kind + std::to_string(one.place) + " of " + in_words(Who{one.by}) + ")";
  }
  /// What comes behind what it is told now may have gained the claim again.
  bool asks_again(std::size_t who, std::size_t seat) const {
    const auto& left = clients[who].unanswered;
    return std::any_of(left.begin(), left.end(),
                       [&](std::size_t other) { return claims(all[other].kind) && all[other].place == seat; });
  }
  void answered(std::size_t who, std::size_t number, std::string_view failure);
  void succeeded(std::size_t who, std::size_t number);
  void came_in(std::size_t who, std::size_t number);
  void heard_said(std::size_t who, std::size_t number);
  void is_next(std::size_t who, std::size_t number, std::set<std::size_t>& owed, Moment& last);
  void keep(std::size_t number, bool is_limited);

  const bool tells_;
  bool failed_ = false;
  Fence last_fence_ = 0;
};

inline void Model::heard(std::size_t who, std::string_view message) {
  ++now;
  note(Who{who}, " hears ", message);
  Known& client = clients[who];
  expect(client.is_live, Who{who}, " has ended and hears ", message);
  expect(!client.is_closing, Who{who}, " was closed and hears ", message);
  const std::string_view word = message.substr(0, message.find(' '));
  const std::string_view rest = message.substr(std::min(message.size(), word.size() + 1));
  if (word == "welcome") {
    expect(!client.was_welcomed && rest == client.id, Who{who}, " is welcomed as it should not be");
    client.was_welcomed = true;
    return;
  }
  expect(client.was_welcomed, Who{who}, " hears something before its opened rules: ", message);
  const std::size_t number = std::strtoul(std::string(rest).c_str(), nullptr, 10);
  if (number >= all.size()) return wrong("nobody has said ", message);
  if (word == "say") return heard_said(who, number);
  answered(who, number, word == "failed" ? rest.substr(rest.find(' ') + 1) : std::string_view());
}

inline void Model::answered(std::size_t who, std::size_t number, std::string_view failure) {
  Known& client = clients[who];
  Said& one = all[number];
  const bool is_limited = failure.starts_with("limited");
  if (is_limited) {
    expect(one.by == who && one.is_limited && !one.is_told_limited, What{number}, " is not to be told of a limit");
    one.is_told_limited = true;
    return;
  }
  if (client.unanswered.empty() || client.unanswered.front() != number) {
    return wrong(Who{who}, " is answered out of turn: ", What{number});
  }
  client.unanswered.pop_front();
  if (failure.empty()) return succeeded(who, number);
  one.failed = true;
  one.overdue = failure.ends_with("in time");
  expect(may_fail(one.kind), What{number}, " has failed: ", failure);
  expect(one.overdue || one.published == 0, What{number}, " has failed and was sent");
  if (one.kind == Kind::ask) expect(!client.rooms[one.place].on, What{number}, " finds nobody, and is there itself");
  if (!claims(one.kind)) return;
  const Holder& holder = holders[one.place];
  const bool has_it = holder.who == client.id && !asks_again(who, one.place);
  expect(one.overdue || !has_it || client.seats[one.place].holds, What{number}, " has failed and holds its claim");
  const bool was_free = holder.who.empty() && holder.since < one.sent;
  expect(!failure.starts_with("taken") || !was_free || client.was_evicted, What{number},
         " finds a claim taken that nobody holds");
}

inline void Model::succeeded(std::size_t who, std::size_t number) {
  Known& client = clients[who];
  const Said& one = all[number];
  if (sends(one.kind)) expect(one.published > one.sent, What{number}, " is told to be done and was not sent");
  if (one.kind == Kind::join || one.kind == Kind::enter) came_in(who, number);
  if (one.kind == Kind::leave || one.kind == Kind::quit) {
    Known::Room& room = client.rooms[one.place];
    --room.leaving;
    room.on = false;
    room.owed.clear();
  }
  if (claims(one.kind)) {
    Known::Seat& seat = client.seats[one.place];
    expect(!seat.holds, What{number}, " gains what its client holds");
    seat.holds = true;
    expect(++seat.told <= seat.gains, What{number}, " was told of a gain that was none");
  }
  if (one.kind == Kind::stand) {
    Known::Seat& seat = client.seats[one.place];
    --seat.standing;
    seat.holds = false;
    const bool has_it = holders[one.place].who == client.id && !asks_again(who, one.place);
    expect(!has_it, What{number}, " is told to be done and its claim is held");
  }
  if (one.kind == Kind::bye) client.is_closing = true;
}

inline void Model::came_in(std::size_t who, std::size_t number) {
  Known::Room& room = clients[who].rooms[all[number].place];
  if (room.on) return;
  room.on = true;
  room.asked = all[number].sent;
  room.told = now;
  room.last = 0;
  if (room.leaving > 0) return;
  for (const auto& [key, kept_one] : kept[all[number].place]) room.owed.insert(kept_one);
  if (all[number].kind == Kind::enter) room.owed.insert(number);
}

/// Everything that comes on one topic comes in the order of publishing, once, and nothing of it is left out.
inline void Model::is_next(std::size_t who, std::size_t number, std::set<std::size_t>& owed, Moment& last) {
  const Moment at = all[number].published;
  expect(at > last, Who{who}, " hears twice, or too late: ", What{number});
  for (const std::size_t other : owed) {
    expect(all[other].published >= at, Who{who}, " hears ", What{number}, " before ", What{other});
  }
  owed.erase(number);
  last = at;
}

inline void Model::heard_said(std::size_t who, std::size_t number) {
  Known& client = clients[who];
  const Said& one = all[number];
  expect(one.published != 0, Who{who}, " hears what was not sent: ", What{number});
  if (!is_to_room(one.kind)) {
    expect(one.to == who, Who{who}, " hears what is for another: ", What{number});
    if (one.kind == Kind::tell) return is_next(who, number, client.owed, client.last);
    Known::Seat& seat = client.seats[one.place];
    expect(seat.holds, Who{who}, " hears what is for another owner: ", What{number});
    return is_next(who, number, seat.owed, seat.last);
  }
  Known::Room& room = client.rooms[one.place];
  expect(room.on, Who{who}, " is not there and hears ", What{number});
  expect(one.kind != Kind::whisper || one.by != who, Who{who}, " hears itself: ", What{number});
  const bool was_kept = one.is_kept && (one.gone == 0 || one.gone > room.asked);
  expect(one.published > room.asked || was_kept, Who{who}, " came later and hears ", What{number});
  is_next(who, number, room.owed, room.last);
}

inline void Model::claimed(std::size_t seat, const std::string& who, bool gained, Fence fence, bool should) {
  ++now;
  Holder& holder = holders[seat];
  expect(gained == should, "the claim on seat ", seat, " went wrong");
  if (!gained) return;
  if (holder.who == who) return expect(holder.fence == fence, "the same gain has another fence");
  expect(fence > last_fence_, "a fence does not grow");
  last_fence_ = fence;
  if (!holder.who.empty()) clients[by_id[holder.who]].was_evicted = true;
  holder = {who, fence, false, now};
  ++clients[by_id[who]].seats[seat].gains;
}

inline void Model::keep(std::size_t number, bool is_limited) {
  Said& one = all[number];
  auto& room = kept[one.place];
  if (const auto before = room.find(one.key); before != room.end()) {
    all[before->second].gone = now;
    for (Known& client : clients) {  // it may have been on its way among what was kept
      Known::Room& its = client.rooms[one.place];
      if (all[before->second].published < its.told) its.owed.erase(before->second);
    }
    room.erase(before);
  }
  if (one.kind == Kind::forget) return;
  expect(is_limited == (room.size() >= kKeptPerRoom), What{number}, " is kept as it should not be");
  one.is_limited = is_limited;
  one.is_kept = !is_limited;
  if (one.is_kept) room[one.key] = number;
}

inline void Model::published(const Topic& topic, std::string_view message, bool is_limited) {
  ++now;
  note("to ", topic.text(), ": ", message.substr(0, 40));
  const std::string_view word = message.substr(0, message.find(' '));
  const std::string rest(message.substr(word.size() + 1));
  if (word == "gone") {
    ++endings[rest];
    return;
  }
  const std::size_t number = std::strtoul(rest.c_str(), nullptr, 10);
  Said& one = all[number];
  expect(one.published == 0, What{number}, " is sent twice");
  expect(!one.failed || one.overdue, What{number}, " has failed and is sent");
  one.published = now;
  if (one.kind == Kind::keep || one.kind == Kind::forget) keep(number, is_limited);
  if (topic.kind == TopicKind::claimed) {
    const Holder& holder = holders[one.place];
    if (holder.who.empty()) return;
    one.to = by_id[holder.who];
    Known::Seat& seat = clients[*one.to].seats[one.place];
    if (clients[*one.to].is_live && seat.holds && seat.standing == 0) seat.owed.insert(number);
    return;
  }
  if (topic.kind == TopicKind::session) {
    if (clients[*one.to].is_live) clients[*one.to].owed.insert(number);
    return;
  }
  for (std::size_t who = 0; who < clients.size(); ++who) {
    Known& client = clients[who];
    Known::Room& room = client.rooms[one.place];
    if (!client.is_live || !room.on || room.leaving > 0 || (one.kind == Kind::whisper && one.by == who)) continue;
    room.owed.insert(number);
  }
}

inline void Model::calm() {
  note("calm");
  for (std::size_t who = 0; who < clients.size(); ++who) {
    const Known& client = clients[who];
    if (!client.is_live || client.is_away) continue;
    const auto has_heard = [&](const std::set<std::size_t>& owed) {
      if (!owed.empty()) wrong(Who{who}, " has not heard ", What{*owed.begin()});
    };
    expect(client.was_welcomed, Who{who}, " was not welcomed");
    expect(!client.is_closing, Who{who}, " was not closed");
    if (!client.unanswered.empty()) wrong(Who{who}, " waits for the answer to ", What{client.unanswered.front()});
    has_heard(client.owed);
    for (const Known::Room& room : client.rooms) has_heard(room.owed);
    for (std::size_t seat = 0; seat < kSeats; ++seat) {
      has_heard(client.seats[seat].owed);
      const bool is_its = holders[seat].who == client.id;
      expect(client.seats[seat].holds == is_its, Who{who}, " is wrong about seat ", seat);
    }
  }
  for (const Holder& holder : holders) {
    if (!holder.who.empty() && !clients[by_id[holder.who]].is_live) wrong("who has ended holds a claim");
  }
  for (std::size_t number = 0; number < all.size(); ++number) {
    const Said& one = all[number];
    const Known& client = clients[one.by];
    const bool was_taken = one.published != 0 || !sends(one.kind) || may_fail(one.kind);
    // One that is away may have ended, and nobody has told it.
    const bool may_be_dropped = one.may_be_dropped || client.is_silenced || client.was_evicted || client.is_away;
    expect(was_taken || may_be_dropped, What{number}, " was not taken");
    const bool was_told = !one.is_limited || one.is_told_limited || !client.is_live || client.is_away;
    expect(was_told, What{number}, " could not be kept, and nobody was told");
  }
}

}  // namespace polygate::session::chaos
