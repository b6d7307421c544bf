#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <initializer_list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/routing/exchange.h"

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

/// Stands before an Exchange that answers at once, and sees in which order all happens there.
class Witness final : public Exchange {
 public:
  Witness(Exchange& there, Model& model) : there_(there), model_(model) {}

  void attach(WorkerIndex worker, Post& post) override { there_.attach(worker, post); }
  void claim(const Topic& topic, SessionId who, Taken when_taken, Done<Claim> done) override {
    Claim answer;
    there_.claim(topic, who, when_taken, [&answer](const Claim& claim) { answer = claim; });
    saw(topic, who, answer, is_due(topic, who, when_taken));
    done(answer);
  }
  void take_over(const Topic& topic, SessionId who, Fence dead, Taken when_taken, Done<Claim> done) override {
    const Model::Holder held = model_.holders[index(topic)];
    Claim answer;
    there_.take_over(topic, who, dead, when_taken, [&answer](const Claim& claim) { answer = claim; });
    // Who probed the holder asked before it began to end, and so before all who wait for that.
    const Fence holds = held.who.empty() ? held.before : held.fence;
    saw(topic, who, answer, is_due(topic, who, when_taken) || holds == dead);
    done(answer);
  }
  void withdraw(const Topic& topic, SessionId who) override {
    std::erase(model_.heirs[index(topic)], who.text());
    there_.withdraw(topic, who);
  }
  void ending(WorkerIndex caller, const Topic& topic, Fence fence) override {
    model_.ending(index(topic), fence);
    there_.ending(caller, topic, fence);
  }
  void release(WorkerIndex caller, const Topic& topic, Fence fence, Done<> done) override {
    model_.note("given back: ", topic.text());
    model_.released(index(topic), fence);
    there_.release(caller, topic, fence, std::move(done));
  }
  void present(WorkerIndex caller, const Topic& topic, Done<bool> done) override {
    there_.present(caller, topic, std::move(done));
  }
  void charge(WorkerIndex caller, const Charge& charge, Done<Millis> done) override {
    there_.charge(caller, charge, std::move(done));
  }
  void join(WorkerIndex caller, std::vector<Topic> topics, std::size_t weight, Done<AllJoined> done) override {
    ++model_.now;
    there_.join(caller, std::move(topics), weight, std::move(done));
  }
  void leave(WorkerIndex caller, const Topic& topic, Done<> done) override {
    there_.leave(caller, topic, std::move(done));
  }
  void kept(WorkerIndex caller, const Topic& topic, const KeptRange& range, Done<KeptPart> done) override {
    there_.kept(caller, topic, range, std::move(done));
  }
  void publish(WorkerIndex caller, Batch batch, Done<Published> done) override {
    std::vector<std::pair<Topic, FramePtr>> sent;
    for (const Sending& one : batch) sent.emplace_back(one.topic, one.frame);
    Published answer;
    there_.publish(caller, std::move(batch), [&answer](Published published) { answer = std::move(published); });
    for (const auto& [topic, frame] : sent) model_.published(topic, frame->message(), !answer.not_kept.empty());
    done(std::move(answer));
  }
  std::uint64_t ordered() const override { return there_.ordered(); }
  void let_go() override { there_.let_go(); }
  void direct(WorkerIndex caller, Direct direct) override { there_.direct(caller, std::move(direct)); }
  void watch(WorkerIndex worker, Watcher& watcher) override { there_.watch(worker, watcher); }
  void came(WorkerIndex caller, const Topic& topic, AttendeePtr who) override { there_.came(caller, topic, who); }
  void went(WorkerIndex caller, const Topic& topic, AttendeePtr who) override { there_.went(caller, topic, who); }

 private:
  static std::size_t index(const Topic& topic) { return std::strtoul(std::string(topic.name()).c_str(), nullptr, 10); }
  /// It is its own, or free and nobody has waited longer, or to be replaced.
  bool is_due(const Topic& topic, SessionId who, Taken when_taken) const {
    const Model::Holder& held = model_.holders[index(topic)];
    const std::deque<std::string>& heirs = model_.heirs[index(topic)];
    if (held.who.empty()) return heirs.empty() || heirs.front() == who.text();
    return held.who == who.text() || (when_taken == Taken::replace && !held.is_ending);
  }
  void saw(const Topic& topic, SessionId who, const Claim& answer, bool should) {
    std::deque<std::string>& heirs = model_.heirs[index(topic)];
    const auto its = std::find(heirs.begin(), heirs.end(), who.text());
    const bool waits = !answer.gained && answer.is_ending;
    if (waits && its == heirs.end()) heirs.push_back(who.text());
    if (!waits && its != heirs.end()) heirs.erase(its);
    model_.note(who.text(), (answer.gained ? " gains " : " is refused "), topic.text());
    model_.claimed(index(topic), who.text(), answer.gained, answer.fence, should);
  }

  Exchange& there_;
  Model& model_;
};

}  // namespace polygate::session::chaos
