#include "gateway/server/worker.h"

#include <algorithm>
#include <future>
#include <utility>

#include "gateway/base/ids.h"

namespace polygate::server {
namespace {

constexpr int kRoundsInATurn = 8;  // letters to oneself; then the sockets get their turn

}  // namespace

Worker::Worker(WorkerIndex index, const Shared& shared)
    : index_(index),
      shared_(shared),
      inbox_(std::make_shared<WorkerInbox>()),
      post_(inbox_),
      sessions_(index, shared.services),
      sockets_(*this),
      connections_(*this, shared.services.clock->now()),
      random_(static_cast<std::uint_fast32_t>(random_u64())) {}

Worker::~Worker() = default;

Result<void> Worker::set_up() {
  auto made = net::EventLoop::make({shared_.listeners.begin(), shared_.listeners.end()});
  if (!made) return made.failure();
  loop_ = std::move(*made);
  return {};
}

void Worker::start(std::shared_ptr<net::AcceptorInbox> acceptor) {
  acceptor_ = std::move(acceptor);
  const auto listens = std::make_shared<std::promise<void>>();
  thread_ = std::thread([this, listens] {
    inbox_->read_here();
    listens->set_value();
    loop_->run(*this, inbox_->fd(), net::Deadlines::kTick);
  });
  listens->get_future().wait();
}

void Worker::join() {
  if (thread_.joinable()) thread_.join();
}

void Worker::stop() {
  connections_.kill_all();
  stopping_ = true;
  loop_->stop();
}

void Worker::before_wait() {
  Slice slice(*shared_.services.clock);
  for (int round = 0; round < kRoundsInATurn && !stopping_ && !slice.is_over(); ++round) {
    const bool any = take_letters(slice);
    if (!any && !connections_.is_anyone_attending() && !sockets_.is_anyone_awake()) return arm_sessions();
    sockets_.attend();
    connections_.attend();
  }
  arm_sessions();
  inbox_->wake();
}

/// What came so far, answers first. False: nothing did.
bool Worker::take_letters(Slice& slice) {
  bool any = false;
  do {
    inbox_->take(hand_);
    note_pressed();
    while (!stopping_ && !slice.is_over()) {
      if (WorkerLetter* letter = hand_.next_letter()) {
        read(*letter);
      } else if (!sessions_.go_on_paused()) {
        WorkerParcel* parcel = sockets_.relays_wait() ? nullptr : hand_.next_parcel();
        if (parcel == nullptr) break;
        read(*parcel);
      }
      any = true;
      slice.count();
    }
  } while (std::exchange(has_echoed_, false));
  return any;
}

/// Tells who waits for it when it is pressed no longer.
void Worker::note_pressed() {
  for (const WorkerIndex waits : hand_.eased) inbox_of(waits).put(Eased{index_, false});
  for (const WorkerIndex waits : hand_.relay_eased) inbox_of(waits).put(Eased{index_, true});
  hand_.eased.clear();
  hand_.relay_eased.clear();
  if (hand_.pressed == (pressed_since_ != 0)) return;
  const std::uint64_t now = shared_.services.clock->nanoseconds();
  if (!hand_.pressed) meter_.pressed_seconds += static_cast<double>(now - pressed_since_) * 1e-9;
  pressed_since_ = hand_.pressed ? now : 0;
}

void Worker::read(WorkerParcel& parcel) {
  if (const auto* delivery = std::get_if<Delivery>(&parcel)) {
    sessions_.deliver(*delivery);
  } else if (auto* task = std::get_if<Done<>>(&parcel)) {
    (*task)();
    has_echoed_ = true;
  } else {
    sessions_.direct(std::get<Direct>(parcel));
  }
}

void Worker::read(WorkerLetter& letter) {
  if (auto* direct = std::get_if<Direct>(&letter)) {
    sessions_.direct(*direct);
  } else if (auto* task = std::get_if<Task>(&letter)) {
    (*task)();
  } else if (auto* socket = std::get_if<net::NewSocket>(&letter)) {
    connections_.adopt(std::move(*socket), *loop_, acceptor_);
  } else if (auto* answer = std::get_if<HttpAnswer>(&letter)) {
    if (Connection* connection = connections_.find(answer->to)) connection->answer(std::move(answer->response));
  } else if (auto* input = std::get_if<std::unique_ptr<engine_io::Input>>(&letter)) {
    sockets_.hear(std::move(**input));
  } else if (auto* moved = std::get_if<std::unique_ptr<engine_io::Socket>>(&letter)) {
    sockets_.adopt(std::move(*moved));
  } else if (auto* command = std::get_if<std::unique_ptr<engine_io::Command>>(&letter)) {
    if ((*command)->frame) hand_.was_relayed((*command)->weight());
    sockets_.command(std::move(**command));
  } else if (const auto* eased = std::get_if<Eased>(&letter)) {
    if (eased->for_relays) {
      sockets_.relays_eased(eased->worker);
    } else {
      sessions_.eased(eased->worker);
    }
  }
}

void Worker::woken() {
  inbox_->rest();
}

void Worker::ticked() {
  const Instant now = this->now();
  measure_lag(shared_.services.clock->nanoseconds());
  connections_.tick(now);
  if (index_ == 0) shared_.services.exchange->let_go();
  if (!drain_) return;
  if (connections_.size() == 0 && sockets_.size() == 0 && sessions_.size() == 0) return finish_drain({});
  if (now < drain_->until) return;
  session::Abandoned left = sessions_.abandon();
  left.connections = connections_.size();
  connections_.kill_all();
  finish_drain(left);
}

void Worker::measure_lag(std::uint64_t now) {
  if (last_tick_ != 0) {
    const double late = std::max(0.0, static_cast<double>(now - last_tick_) * 1e-9 -
                                          std::chrono::duration<double>(net::Deadlines::kTick).count());
    meter_.lags.add(late);
    meter_.lag_max = std::max(meter_.lag_max, late);
  }
  last_tick_ = now;
}

/// Sets the timer for what the sessions wait for, when that has changed.
void Worker::arm_sessions() {
  std::optional<Instant> due = sessions_.next_due();
  if (const auto socket = sockets_.next_due(); socket && (!due || *socket < *due)) due = socket;
  if (due == sessions_due_) return;
  sessions_due_ = due;
  loop_->set_timer(due ? std::optional(*due - now()) : std::nullopt);
}

void Worker::timer_is_due() {
  sessions_due_.reset();
  sessions_.tick();
  sockets_.tick();
}

void Worker::drain(Millis window, Millis hard_cap, std::uint16_t code, Drained done) {
  const Instant now = this->now();
  drain_ = Draining{now + hard_cap, code, std::move(done)};
  std::uniform_int_distribution<std::int64_t> spread(0, std::min(window, hard_cap).count());
  const auto when = [&] { return now + Millis(spread(random_)); };
  connections_.drain(when);
  sockets_.drain(when);
  sessions_.drain();
}

void Worker::finish_drain(session::Abandoned left) {
  if (drain_->done) std::exchange(drain_->done, nullptr)(left);
}

WorkerMeters Worker::meters() {
  WorkerMeters meters{meter_, sessions_.meter()};
  meters.transport.connections = connections_.size();
  const Load::Amount waits = inbox_->waits();
  meters.transport.mailbox_letters = waits.letters;
  meters.transport.mailbox_bytes = waits.bytes;
  if (pressed_since_ != 0) {
    meters.transport.pressed_seconds +=
        static_cast<double>(shared_.services.clock->nanoseconds() - pressed_since_) * 1e-9;
  }
  return meters;
}

Millis Worker::jittered(Millis interval) {
  const std::int64_t most = interval.count();
  return Millis(std::uniform_int_distribution<std::int64_t>(most - most / 5, most)(random_));
}

void Worker::note_close(std::uint16_t code, std::string_view why, const std::string& address) {
  ++meter_.closes[code];
  log().write_rarely("close " + std::to_string(code), Level::info, "connection closed",
                     {{"code", std::int64_t{code}}, {"why", why}, {"address", address}});
}

}  // namespace polygate::server
