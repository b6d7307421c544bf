#pragma once
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gateway/routing/local_exchange.h"
#include "gateway/session/session_table.h"
#include "tests/unit/routing/late_exchange.h"
#include "tests/unit/routing/recorder.h"
#include "tests/unit/words_profile.h"

namespace polygate::session::test {

/// A client's end: what it heard, and with which code it was closed.
struct Peer final : Carrier {
  bool push(FramePtr frame) override {
    heard.emplace_back(frame->message());
    return true;
  }
  bool has_room() const override { return true; }
  void tell_when_drained() override {}
  void resume_input() override {}
  void close(const Farewell& farewell) override { closed = farewell.code; }
  void probe() override {}
  void let_go() override {}
  std::vector<std::string> heard;
  std::optional<std::uint16_t> closed;
};

/// Sessions on worker 0; what they ask takes effect one turn() later, and is answered with the next.
class LateTable : public testing::Test {
 protected:
  LateTable() {
    profile_ = words({endpoint("/words/:id")});
    profile_->families["seat"] = TopicKind::claimed;
    profile_->families["role"] = TopicKind::joined;
    const profile::TopicText room{"room", text("all"), {}};
    const profile::TopicText seat{"seat", text("one"), {}, TopicKind::claimed};
    rule("enter", [&](profile::Rule& rule) {
      rule.join = {room};
      rule.sends.emplace_back();
      rule.sends[0].to = {room};
    });
    rule("leave", [&](profile::Rule& rule) { rule.leave = {room}; });
    rule("here", [&](profile::Rule& rule) { rule.needs.push_back({room, {}}); });
    rule("keep", [&](profile::Rule& rule) {
      rule.sends.emplace_back();
      rule.sends[0].to = {room};
      rule.sends[0].as = text("shout");
      rule.sends[0].keep = profile::KeepStep{text("$data"), Millis(0), {}};
    });
    rule("sit", [&](profile::Rule& rule) { rule.claim = profile::ClaimStep{seat, Taken::replace, Millis(1), {}}; });
    rule("stand", [&](profile::Rule& rule) { rule.leave = {seat}; });
    services_.clock = &clock_;
    services_.log = &log_;
    services_.exchange = &late_;
    services_.verifiers = &verifiers_;
    services_.handlers = &handlers_;
    services_.handler_ids.resize(1);
    services_.profiles = {profile_};
    late_.attach(0, post_);
    late_.attach(1, elsewhere_);
  }

  /// An event that answers `ok`, and whatever `fill` makes of it.
  template <class Fill>
  void rule(const std::string& event, Fill fill) {
    profile::Rule rule;
    rule.from = {0};
    rule.replies.push_back(reply("ok"));
    fill(rule);
    profile_->events[event] = {std::move(rule)};
  }
  SessionTable& table() {
    if (!table_) table_ = std::make_unique<SessionTable>(WorkerIndex{0}, services_);
    return *table_;
  }
  void open(const std::string& who) {
    Opening opening;
    opening.carrier = &peers_[who];
    sessions_[who] = table().open(profile_, profile_->endpoints[0], std::move(opening), nullptr);
  }
  void say(const std::string& who, const std::string& message) {
    table().receive(sessions_[who], {true, message, {}, {}});
  }
  std::vector<std::string> heard(const std::string& who) { return std::exchange(peers_[who].heard, {}); }
  /// What came for the worker is read, then its loop turns once.
  bool turn() {
    bool any = read();
    any = post_.turn() || any;
    return read() || any;
  }
  void settle() {
    while (turn()) continue;
  }
  bool read() {
    const auto deliveries = std::exchange(post_.deliveries, {});
    const auto directs = std::exchange(post_.directs, {});
    for (const Delivery& one : deliveries) table().deliver(one);
    for (const Direct& one : directs) table().direct(one);
    return !deliveries.empty() || !directs.empty();
  }
  /// Another worker, which is not far away, publishes.
  void publish_elsewhere(const Topic& topic, const std::string& message) {
    publish_now(here_, sending(topic, message), 1);
    read();
  }
  /// The same for an order.
  void order_elsewhere(const Topic& of, Order order) {
    order.stays = Millis(30'000);
    publish_now(here_, {of, nullptr, {}, {}, std::nullopt, std::make_shared<const Order>(std::move(order))}, 1);
    read();
  }
  bool present(const Topic& topic) {
    bool found = false;
    here_.present(1, topic, [&](bool is) { found = is; });
    return found;
  }

  const Topic room_ = Topic::make(TopicKind::joined, "words", "room", "all");
  const Topic seat_ = Topic::make(TopicKind::claimed, "words", "seat", "one");
  ManualClock clock_;
  Log log_{Log::Format::text, Level::error};
  LocalExchange here_{clock_};
  LateExchange late_{here_, [](WorkerIndex) { return [] { return 1u; }; }};
  auth::Verifiers verifiers_;
  Handlers handlers_{1, {}, clock_};
  turns::Services services_;
  std::shared_ptr<profile::Profile> profile_;
  Recorder post_;
  Recorder elsewhere_;
  std::map<std::string, Peer> peers_;
  std::map<std::string, SessionId> sessions_;
  std::unique_ptr<SessionTable> table_;
};

}  // namespace polygate::session::test
