// Sessions of several workers, in any order of all that can happen to them. POLYGATE_CHAOS=seed takes one such course
// again and tells it; POLYGATE_CHAOS_RUNS is how many are taken.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "gateway/routing/local_exchange.h"
#include "gateway/session/session_table.h"
#include "tests/unit/routing/late_exchange.h"
#include "tests/unit/session/chaos_profile.h"
#include "tests/unit/session/chaos_witness.h"

namespace polygate::session::chaos {
namespace {

constexpr WorkerIndex kWorkers = 4;
constexpr std::size_t kClients = 10;  ///< at a time
constexpr unsigned kOperations = 250;

/// A worker without a thread: two lanes, as a mailbox has them, and its loop.
class Loop final : public Post {
 public:
  bool deliver(Delivery delivery) override {
    parcels.emplace_back(std::move(delivery));
    return is_pressed;
  }
  bool direct(Direct direct) override {
    const bool is_parcel =
        direct.kind == Direct::Kind::frame || direct.kind == Direct::Kind::order || direct.kind == Direct::Kind::evict;
    if (!is_parcel) {
      letters.push_back(std::move(direct));
      return false;
    }
    parcels.emplace_back(std::move(direct));
    return is_pressed;
  }
  bool await_eased(WorkerIndex who) override {
    if (is_pressed) waiting.push_back(who);
    return is_pressed;
  }
  void run(std::function<void()> task) override { tasks.push_back(std::move(task)); }
  void run_behind(Done<> task) override { parcels.emplace_back(std::move(task)); }

  bool is_pressed = false;
  std::vector<WorkerIndex> waiting;
  std::deque<Direct> letters;
  std::deque<std::variant<Delivery, Direct, Done<>>> parcels;
  std::vector<std::function<void()>> tasks;
};

class World;

/// A client's end of one connection.
class Line final : public Carrier {
 public:
  Line(World& world, std::size_t client) : client_(client), world_(world) {}
  bool push(FramePtr frame) override;
  bool has_room() const override;
  void tell_when_drained() override;
  void resume_input() override;
  void close(const Farewell& farewell) override;
  void probe() override;
  void let_go() override;

  bool is_slow = false;
  bool is_full = false;      ///< of what waits for the peer
  bool may_be_slow = false;  ///< it was, or is waited for
  bool asked_drained = false;
  bool must_wait = false;  ///< hands over no more
  bool was_probed = false;
  bool is_closed = false;
  bool is_free = false;  ///< of its session

 private:
  void check(const char* what) const;
  const std::size_t client_;
  World& world_;
};

struct Client {
  SessionId id;
  std::shared_ptr<const void> place;
  std::optional<SecretId> key;
  std::vector<std::unique_ptr<Line>> lines;  ///< the last one is its own
  std::vector<std::uint64_t> offsets;        ///< heard
  Instant ended;
  std::optional<std::size_t> aim;

  Line& line() { return *lines.back(); }
};

class World {
 public:
  World(std::uint32_t seed, bool is_late, bool tells) : model(tells), random_(seed) {
    const auto id = handlers_.add(
        {"test"},
        {"work", Threading::serial,
         [](const Settings&) -> HandlerFunction {
           return [](const Call& call) {
             const std::string number = call.with.is_string() ? call.with.get<std::string>() : "";
             return number.ends_with('3') || number.ends_with('7') ? Outcome::refuse("no") : Outcome::accept();
           };
         }},
        {});
    work_ = *id;
    handlers_.start();
    services_.clock = &clock;
    services_.log = &log_;
    services_.exchange = &witness_;
    services_.verifiers = &verifiers_;
    services_.handlers = &handlers_;
    services_.handler_ids = {{{"test.work", work_}}};
    services_.profiles = {profile_};
    services_.post = [this](WorkerIndex worker, std::function<void()> task) {
      const std::scoped_lock lock(mutex_);
      answers_.emplace_back(worker, std::move(task));
    };
    if (is_late) {
      late_ = std::make_unique<LateExchange>(witness_, seed);
      services_.exchange = late_.get();
    }
    for (WorkerIndex worker = 0; worker < kWorkers; ++worker) {
      services_.exchange->attach(worker, loops_[worker]);
      tables_[worker] = std::make_unique<SessionTable>(worker, services_);
    }
  }

  void run() {
    for (unsigned i = 0; i < kOperations && !model.failed(); ++i) {
      operation();
      for (std::size_t turns = below(4); turns > 0; --turns) turn(below(kWorkers), below(6));
    }
    if (!model.failed() && below(2) == 0) calm();
    if (!model.failed()) end();
  }

  std::size_t below(std::size_t bound) { return random_() / 8 % bound; }
  bool is_excused(std::size_t who) { return clients[who].line().may_be_slow || !model.clients[who].unanswered.empty(); }

  Model model;
  ManualClock clock;
  std::vector<Client> clients;

 private:
  SessionTable& table(std::size_t who) { return *tables_[clients[who].id.worker]; }
  /// One of the clients that are so; none.
  template <class Is>
  std::optional<std::size_t> any(Is is) {
    std::vector<std::size_t> all;
    for (std::size_t who = first_; who < clients.size(); ++who) {
      if (is(who)) all.push_back(who);
    }
    return all.empty() ? std::nullopt : std::optional(all[below(all.size())]);
  }
  bool is_here(std::size_t who) { return model.clients[who].is_live && !model.clients[who].is_away; }
  bool is_away(std::size_t who) { return model.clients[who].is_live && model.clients[who].is_away; }
  /// Its session hears nothing more, and may still be told what it has said.
  bool is_lingering(std::size_t who) { return !model.clients[who].is_live && !clients[who].line().is_free; }

  void operation() {
    const std::size_t what = below(100);
    if (what < 8) return open();
    if (what < 58) return speak();
    if (what < 62) return hang_up(any([&](std::size_t who) { return is_here(who); }), below(2) == 0);
    if (what < 64) return hang_up(any([&](std::size_t who) { return is_lingering(who); }), false);
    if (what < 68) return slow();
    if (what < 73) return drain_line(any([&](std::size_t who) { return is_here(who); }));
    if (what < 76) return detach();
    if (what < 80) return resume(any([&](std::size_t who) { return is_away(who); }));
    if (what < 81) return resume(any([&](std::size_t who) { return is_here(who) && clients[who].key; }));
    if (what < 87) return answer(below(3));
    if (what < 90) return alive(any([&](std::size_t who) { return is_here(who) && clients[who].line().was_probed; }));
    if (what < 93) return pass(Millis(below(6) == 0 ? 6'000 : below(1'500)));  // longer than finish_within, or not
    if (what < 95) return press(below(kWorkers));
    if (what < 97) return ease(below(kWorkers));
    if (what < 99) return;
    calm();
  }

  void open() {
    const auto live =
        std::count_if(model.clients.begin(), model.clients.end(), [](const Known& one) { return one.is_live; });
    if (static_cast<std::size_t>(live) >= kClients) return;
    const std::size_t who = clients.size();
    clients.emplace_back();
    Client& client = clients.back();
    client.lines.push_back(std::make_unique<Line>(*this, who));
    client.place = std::make_shared<int>(0);
    opening_ = who;
    Opening opening;
    opening.carrier = &client.line();
    opening.place = client.place;
    opening.recoverable = below(2) == 0;
    const auto worker = static_cast<WorkerIndex>(below(kWorkers));
    welcomed_.clear();
    const SessionId id = tables_[worker]->open(profile_, profile_->endpoints[0], std::move(opening), nullptr);
    opening_ = std::nullopt;
    clients[who].id = id;
    clients[who].key = tables_[worker]->recovery_key(id);
    model.came(id.text());
    for (const FramePtr& frame : std::exchange(welcomed_, {})) hear(who, *frame);
  }

  void speak() {
    const auto who =
        any([&](std::size_t one) { return (is_here(one) || is_lingering(one)) && !clients[one].line().must_wait; });
    if (!who) return;
    for (std::size_t left = 1 + below(3); left > 0 && !clients[*who].line().must_wait; --left) {
      if (clients[*who].line().is_free) return;
      // Rooms are what most of it is about.
      const std::size_t number = below(kKinds + 10);
      Kind kind = number < kKinds   ? static_cast<Kind>(number)
                  : number % 3 == 0 ? Kind::keep
                  : number % 3 == 1 ? Kind::say
                                    : Kind::join;
      if (kind == Kind::aim || (kind == Kind::bye && below(3) != 0)) kind = Kind::tell;
      say(*who, kind);
    }
  }
  void say(std::size_t who, Kind kind) {
    Said one;
    one.kind = kind;
    one.place = below(is_any(kind, {Kind::sit, Kind::push, Kind::oust, Kind::serve, Kind::stand, Kind::call}) ? kSeats
                                                                                                              : kRooms);
    if (kind == Kind::keep || kind == Kind::forget) one.key = below(kKeys);
    if (kind == Kind::tell) {
      const std::size_t to = below(clients.size());
      clients[who].aim = to;
      if (!send(who, event_of(Kind::aim, 0, 0) + ' ' + clients[to].id.text())) return;
      one.to = clients[who].aim;
    }
    const std::size_t number = model.said(who, one);
    send(who, event_of(kind, one.place, one.key) + ' ' + std::to_string(number));
  }
  /// False: no more may be handed over.
  bool send(std::size_t who, const std::string& message) {
    model.note(Who{who}, " says ", message);
    Line& line = clients[who].line();
    const bool more = table(who).receive(clients[who].id, {true, message, {}, {}});
    if (!more) line.must_wait = true;
    return more && !line.is_free;
  }

  void hang_up(std::optional<std::size_t> who, bool more) {
    if (!who) return;
    model.note(Who{*who}, (more ? " hangs up, and has more" : " hangs up"));
    leaves(*who);
    if (!more) clients[*who].line().is_free = true;
    table(*who).hang_up(clients[*who].id, Gone::lost, more);
  }
  void leaves(std::size_t who) {
    if (!model.clients[who].is_live) return;
    model.ended(who);
    clients[who].ended = clock.now();
  }

  void slow() {
    const auto who = any([&](std::size_t one) { return is_here(one); });
    if (!who) return;
    Line& line = clients[*who].line();
    line.is_slow = line.may_be_slow = true;
    line.is_full = below(8) == 0;
    if (below(16) == 0) table(*who).too_slow(clients[*who].id);
  }
  void drain_line(std::optional<std::size_t> who) {
    if (!who) return;
    Line& line = clients[*who].line();
    line.is_slow = line.is_full = false;
    if (std::exchange(line.asked_drained, false)) table(*who).drained(clients[*who].id);
  }

  void detach() {
    const auto who = any([&](std::size_t one) { return is_here(one) && clients[one].key && can_name_last(one); });
    if (!who) return;
    if (!table(*who).detach(clients[*who].id)) return hang_up(who, false);
    model.note(Who{*who}, " is detached");
    model.clients[*who].is_away = true;
    clients[*who].line().is_free = true;
  }
  /// What came behind a message that was heard twice may be told again.
  bool can_name_last(std::size_t who) {
    const auto& offsets = clients[who].offsets;
    return !offsets.empty() && std::count(offsets.begin(), offsets.end(), offsets.back()) == 1;
  }
  void resume(std::optional<std::size_t> who) {
    if (!who || !can_name_last(*who)) return;
    Client& client = clients[*who];
    model.note(Who{*who}, " comes back");
    client.lines.push_back(std::make_unique<Line>(*this, *who));
    const std::string offset = std::to_string(client.offsets.back());
    Resumption resumption;
    resumption.key = *client.key;
    resumption.offset = offset;
    resumption.endpoint = &profile_->endpoints[0];
    resumption.name_space = "/";
    resumption.carrier = &client.line();
    client.place = std::make_shared<int>(0);
    resumption.place = client.place;
    const auto resumed = table(*who).resume(resumption);
    if (!resumed) {
      model.expect(model.clients[*who].is_away, "a session that was there was not resumed");
      client.line().is_free = true;
      model.clients[*who].is_silenced = true;
      return leaves(*who);
    }
    model.clients[*who].is_away = false;
    for (const FramePtr& frame : resumed->missed) hear(*who, *frame);
  }

  /// What handlers have been given by now is answered, and some of that has come.
  void answer(std::size_t most) {
    std::promise<void> behind;
    const auto at_once = handlers_.run(work_, 0, {}, [&behind](const HandlerResult&) { behind.set_value(); });
    ASSERT_FALSE(at_once);
    behind.get_future().wait();
    for (; most > 0; --most) {
      std::pair<WorkerIndex, std::function<void()>> one;
      {
        const std::scoped_lock lock(mutex_);
        if (answers_.empty()) return;
        one = std::move(answers_.front());
        answers_.pop_front();
      }
      one.second();
      is_moving_ = true;
    }
  }
  void alive(std::optional<std::size_t> who) {
    if (!who) return;
    clients[*who].line().was_probed = false;
    table(*who).alive(clients[*who].id);
  }
  void pass(Millis time) {
    clock.advance(time);
    for (const auto& each : tables_) {
      if (const auto due = each->next_due(); due && *due <= clock.now()) each->tick();
    }
    for (std::size_t who = 0; who < clients.size(); ++who) {
      const bool is_late = clock.now() >= clients[who].ended + profile_->limits.finish_within;
      if (!model.clients[who].is_live && is_late) model.clients[who].is_silenced = true;
    }
  }
  void press(std::size_t worker) { loops_[worker].is_pressed = true; }
  void ease(std::size_t worker) {
    loops_[worker].is_pressed = false;
    for (const WorkerIndex who : std::exchange(loops_[worker].waiting, {})) {
      loops_[who].run([this, who, worker] { tables_[who]->eased(static_cast<WorkerIndex>(worker)); });
    }
  }

  /// A turn of a worker's loop.
  bool turn(std::size_t worker, std::size_t parcels) {
    Loop& loop = loops_[worker];
    SessionTable& its = *tables_[worker];
    bool any = std::exchange(is_moving_, false);
    for (std::size_t left = loop.letters.size(); left > 0; --left) {
      const Direct letter = std::move(loop.letters.front());
      loop.letters.pop_front();
      its.direct(letter);
      any = true;
    }
    for (; parcels > 0 && !loop.parcels.empty(); --parcels) {
      auto parcel = std::move(loop.parcels.front());
      loop.parcels.pop_front();
      if (const auto* delivery = std::get_if<Delivery>(&parcel)) {
        its.deliver(*delivery);
      } else if (auto* task = std::get_if<Done<>>(&parcel)) {
        (*task)();
      } else {
        its.direct(std::get<Direct>(parcel));
      }
      any = true;
    }
    for (const auto& task : std::exchange(loop.tasks, {})) {
      task();
      any = true;
    }
    while (its.go_on_paused()) any = true;
    return any;
  }
  void settle() {
    for (bool any = true; any && !model.failed();) {
      any = false;
      for (std::size_t worker = 0; worker < kWorkers; ++worker) any = turn(worker, SIZE_MAX) || any;
    }
  }

  /// All that can go on does, until nothing is on its way.
  void calm() {
    for (std::size_t who = first_; who < clients.size(); ++who) {
      if (is_lingering(who)) hang_up(who, false);
    }
    for (std::size_t worker = 0; worker < kWorkers; ++worker) ease(worker);
    move_on();
    // Two that end may wait for each other's claims, as long as their rules let them.
    for (int i = 0; i < 4 && !model.failed() && is_waiting(); ++i) {
      pass(Millis(2'000));
      move_on();
    }
    if (model.failed()) return;
    model.calm();
    check_what_is_left();
    while (first_ < clients.size() && !model.clients[first_].is_live) ++first_;
  }

  void move_on() {
    for (is_moving_ = true; is_moving_ && !model.failed();) {
      settle();
      answer(SIZE_MAX);
      for (std::size_t who = first_; who < clients.size(); ++who) {
        Line& line = clients[who].line();
        if (is_here(who) && (line.was_probed || line.asked_drained)) is_moving_ = true;
        if (is_here(who)) line.is_slow = line.is_full = false;
        if (is_here(who) && line.was_probed) alive(who);
        if (is_here(who) && line.asked_drained) drain_line(who);
        if (is_lingering(who)) hang_up(who, false), is_moving_ = true;
      }
    }
  }
  bool is_left(std::size_t who) { return is_here(who) || (is_away(who) && table(who).recovery_key(clients[who].id)); }
  /// Some have not ended, or some turns have not.
  bool is_waiting() {
    std::size_t sessions = 0;
    for (std::size_t who = first_; who < clients.size(); ++who) sessions += is_left(who) ? 1 : 0;
    for (const auto& each : tables_) sessions -= each->size();
    return sessions != 0;
  }

  void check_what_is_left() {
    std::size_t sessions = 0;
    std::size_t left = 0;
    for (const auto& each : tables_) left += each->size();
    std::array<bool, kRooms> there{};
    for (std::size_t who = 0; who < clients.size(); ++who) {
      const bool lives = is_left(who);
      model.expect(lives || clients[who].place.use_count() == 1, "the ended session of client ", who,
                   " holds its place");
      model.expect(lives != model.endings.contains(model.clients[who].id), "closed rules of client ", who);
      if (!lives) continue;
      ++sessions;
      model.expect(!is_here(who) || !clients[who].line().must_wait, "nobody tells the client to go on");
      for (std::size_t room = 0; room < kRooms; ++room) there[room] = there[room] || model.clients[who].rooms[room].on;
    }
    for (WorkerIndex worker = 0; worker < kWorkers; ++worker) {
      const bool is_due =
          any([&](std::size_t who) { return is_away(who) && clients[who].id.worker == worker; }).has_value();
      model.expect(is_due || !tables_[worker]->next_due(), "a timer is left");
    }
    model.expect(left == sessions, left, " are left of ", sessions, " sessions");
    for (const auto& [id, count] : model.endings) model.expect(count == 1, "closed rules were taken twice");
    for (std::size_t room = 0; room < kRooms; ++room) {
      const bool is_heard = present(TopicKind::joined, "room", room);
      // What somebody who is away has not heard yet may say that it came, or left.
      const bool is_known = !any([&](std::size_t who) { return is_away(who); });
      model.expect(!is_known || is_heard == there[room], "who is in room ", room);
    }
    for (std::size_t seat = 0; seat < kSeats; ++seat) {
      const bool is_held = !model.holders[seat].who.empty();
      model.expect(is_held == present(TopicKind::claimed, "seat", seat), "who holds seat ", seat);
    }
  }
  bool present(TopicKind kind, std::string_view family, std::size_t name) {
    bool found = false;
    local_.present(0, Topic::make(kind, "chaos", family, std::to_string(name)), [&found](bool is) { found = is; });
    return found;
  }

  /// We are shutting down.
  void end() {
    for (const auto& each : tables_) each->drain();
    for (std::size_t who = 0; who < clients.size(); ++who) {
      if (is_away(who)) {
        leaves(who);
        model.clients[who].is_silenced = true;
      }
      if (is_here(who)) hang_up(who, below(2) == 0);
      if (below(3) == 0) turn(below(kWorkers), below(6));
    }
    // Some handlers have not answered when there is no more time.
    if (below(2) == 0) calm();
    settle();
    pass(profile_->limits.finish_within);
    calm();
    for (const auto& each : tables_) {
      const Meter::Profile& counts = each->meter().profiles[0];
      model.expect(each->size() == 0, "sessions or turns are left");
      model.expect(!each->next_due(), "a timer is left");
      model.expect(counts.sessions + counts.ending + counts.detached + counts.paused == 0,
                   "something is counted wrong");
    }
    for (Client& client : clients) {
      for (const auto& line : client.lines) model.expect(line->is_free, "a carrier was not let go");
    }
    for (std::size_t room = 0; room < kRooms; ++room)
      model.expect(!present(TopicKind::joined, "room", room), "a room is left");
    for (std::size_t seat = 0; seat < kSeats; ++seat)
      model.expect(!present(TopicKind::claimed, "seat", seat), "a seat is left");
    std::size_t is_kept = 0;
    for (const auto& room : model.kept) is_kept += room.size();
    for (const auto& [profile, meter] : local_.kept_meters())
      model.expect(meter.messages == is_kept, "something else is kept");
  }

 public:
  void hear(std::size_t who, const Frame& frame) {
    if (frame.utterance()->offset() != 0) clients[who].offsets.push_back(frame.utterance()->offset());
    std::string_view message = frame.message();
    message = message.substr(0, message.find(" .."));
    model.heard(who, message);
  }
  /// What a session hears before its id is known.
  bool is_early(const FramePtr& frame, std::size_t who) {
    if (opening_ != who) return false;
    welcomed_.push_back(frame);
    return true;
  }
  void closed(std::size_t who, const Farewell& farewell) {
    model.note(Who{who}, " is closed with ", farewell.code);
    Known& client = model.clients[who];
    // What waits behind something kept is not said any more.
    const bool is_told = client.is_closing || (client.says_bye && clients[who].line().asked_drained);
    const bool is_due = (farewell.code == kByeCode && is_told) || (farewell.code == 4409 && client.was_evicted) ||
                        (farewell.code == 1013 && is_excused(who));
    model.expect(is_due && client.is_live, Who{who}, " is closed for nothing");
    client.is_closing = false;
    if (!farewell.takes_rest) {
      client.is_silenced = true;
      clients[who].line().is_free = true;
    }
    leaves(who);
  }

 private:
  std::minstd_rand random_;
  Log log_{Log::Format::text, Level::error};
  const profile::ProfilePtr profile_ = [] {
    static const profile::ProfilePtr made = chaos_profile();
    return made;
  }();
  LocalExchange local_{clock};
  Witness witness_{local_, model};
  std::unique_ptr<LateExchange> late_;
  auth::Verifiers verifiers_;
  turns::Services services_;
  std::array<Loop, kWorkers> loops_;
  std::array<std::unique_ptr<SessionTable>, kWorkers> tables_;
  std::mutex mutex_;
  std::deque<std::pair<WorkerIndex, std::function<void()>>> answers_;  ///< of handlers, on their way; guarded by mutex_
  Handlers handlers_{kWorkers, {.threads = 1}, clock};
  Handlers::Id work_;
  std::size_t first_ = 0;  ///< of the clients that have not ended
  std::optional<std::size_t> opening_;
  std::vector<FramePtr> welcomed_;
  bool is_moving_ = false;
};

void Line::check(const char* what) const {
  world_.model.expect(!is_free && !is_closed, "a line that is free: ", what);
}
bool Line::push(FramePtr frame) {
  check("push");
  if (is_full) return false;
  if (!world_.is_early(frame, client_)) world_.hear(client_, *frame);
  return true;
}
bool Line::has_room() const {
  check("has_room");
  return !is_slow;
}
void Line::tell_when_drained() {
  check("tell_when_drained");
  asked_drained = may_be_slow = true;
}
void Line::resume_input() {
  world_.model.expect(!is_free && must_wait, "a line is resumed for nothing");
  must_wait = false;
}
void Line::close(const Farewell& farewell) {
  check("close");
  is_closed = true;
  world_.closed(client_, farewell);
}
void Line::probe() {
  check("probe");
  was_probed = true;
}
void Line::let_go() {
  world_.model.expect(!is_free, "a line is let go twice");
  is_free = true;
  if (this == &world_.clients[client_].line()) world_.model.clients[client_].is_silenced = true;
}

std::uint32_t number_of(const char* variable, std::uint32_t otherwise) {
  const char* const set = std::getenv(variable);
  return set == nullptr ? otherwise : static_cast<std::uint32_t>(std::strtoul(set, nullptr, 10));
}

class Chaos : public testing::TestWithParam<bool> {};

INSTANTIATE_TEST_SUITE_P(Answers, Chaos, testing::Bool(),
                         [](const auto& run) { return run.param ? "late" : "at_once"; });

TEST_P(Chaos, KeepsWhatSessionsAreTold) {
  const bool is_one = std::getenv("POLYGATE_CHAOS") != nullptr;
  const std::uint32_t first = number_of("POLYGATE_CHAOS", std::random_device()() % 1'000'000'000);
  const std::uint32_t runs = is_one ? 1 : number_of("POLYGATE_CHAOS_RUNS", 30);
  for (std::uint32_t seed = first; seed < first + runs && !HasFailure(); ++seed) {
    SCOPED_TRACE("POLYGATE_CHAOS=" + std::to_string(seed));
    World world(seed, GetParam(), is_one);
    world.run();
  }
}

}  // namespace
}  // namespace polygate::session::chaos
