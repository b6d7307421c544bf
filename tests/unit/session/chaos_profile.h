#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "tests/unit/session/chaos_events.h"
#include "tests/unit/words_profile.h"

namespace polygate::session::chaos {

inline constexpr std::uint16_t kByeCode = 4000;

/// WordsDialect, whose messages bear names: their receivers may come back.
class NamedWords final : public dialect::Dialect {
 public:
  NamedWords() : Dialect(dialect::Traits{.json = false, .recovery = true}) {}
  Result<dialect::Event> decode(const dialect::Message& whole, json::Document& document,
                                const json::Limits& limits) const override {
    return words_.decode(whole, document, limits);
  }
  void encode(std::string& out, std::string_view name, std::string_view data) const override {
    words_.encode(out, name, data);
  }
  bool text(std::string_view) const override { return true; }
  FramePtr say(std::string_view name, const dialect::Content& content, const dialect::Manner&) const override {
    std::string message;
    encode(message, name, content.text);
    return std::make_shared<const Frame>(std::make_unique<const Named>(std::move(message), ++last_));
  }

 private:
  class Named final : public Utterance {
   public:
    Named(std::string message, std::uint64_t offset) : message_(std::move(message)), offset_(offset) {}
    std::string encode(const Form&) const override { return message_; }
    Form usual() const override { return {}; }
    std::size_t weight() const override { return message_.size(); }
    std::uint64_t offset() const override { return offset_; }

   private:
    const std::string message_;
    const std::uint64_t offset_;
  };
  const WordsDialect words_;
  mutable std::uint64_t last_ = 0;
};

inline std::string event_of(Kind kind, std::size_t place, std::size_t key) {
  return kNames[static_cast<std::size_t>(kind)] + std::to_string(place) + '.' + std::to_string(key);
}

inline profile::Rule chaos_rule(Kind kind, std::size_t place, std::size_t key) {
  const profile::TopicText room{"room", text(std::to_string(place)), {}};
  const profile::TopicText seat{"seat", text(std::to_string(place)), {}, TopicKind::claimed};
  profile::Rule rule;
  rule.from = {0};
  rule.replies.push_back(reply("$data"));
  rule.replies[0].as = text("ok");
  if (sends(kind)) {
    profile::SendStep& send = rule.sends.emplace_back();
    send.as = text("say");
    send.to = {room};
    if (kind == Kind::call) send.to = {seat};
    if (kind == Kind::tell) send.to = {{"session", text("$me.peer"), {}, TopicKind::session}};
    send.except_sender = kind == Kind::whisper;
    if (kind == Kind::forget) send.forget = {text(std::to_string(key))};
    if (kind == Kind::keep) {
      send.keep = profile::KeepStep{text(std::to_string(key)), Millis(0), {}};
      send.data = reply("$data " + std::string(1'200, '.')).data;  // the outbox has no room for all of them at once
    }
  }
  if (kind == Kind::join || kind == Kind::enter) rule.join = {room};
  if (kind == Kind::leave || kind == Kind::quit) rule.leave = {room};
  if (kind == Kind::ask) rule.needs.push_back({room, {}});
  if (claims(kind)) rule.claim = profile::ClaimStep{seat, Taken::refuse, Millis(2'000), {}};
  if (kind == Kind::push) rule.claim->when_taken = Taken::probe;
  if (kind == Kind::oust) rule.claim->when_taken = Taken::replace;
  if (kind == Kind::stand) rule.leave = {seat};
  if (kind == Kind::serve || kind == Kind::work) {
    rule.handler = profile::HandlerStep{"test.work", reply("$data").data.value(), true, {}};
  }
  if (kind == Kind::aim) {
    rule.set.push_back({"peer", reply("$data").data.value()});
    rule.replies.clear();
  }
  if (kind == Kind::bye) rule.close = {true, kByeCode, text("as you wish")};
  return rule;
}

inline profile::ProfilePtr chaos_profile() {
  auto made = std::make_shared<profile::Profile>();
  made->name = "chaos";
  made->dialect = std::make_unique<NamedWords>();
  made->roles = {"guest"};
  made->endpoints = {endpoint("/chaos")};
  made->limits.events_per_second = 0;
  made->limits.inbox_events = 4;
  made->limits.outbox_bytes = 8'000;
  made->limits.kept_per_topic = kKeptPerRoom;
  made->limits.turn_within = Millis(3'000);
  made->limits.finish_within = Millis(5'000);
  made->engine.recovery.within = Millis(8'000);
  made->families = {{"ends", TopicKind::joined},
                    {"room", TopicKind::joined},
                    {"seat", TopicKind::claimed},
                    {"session", TopicKind::session}};
  for (std::size_t at = 0; at < kKinds; ++at) {
    for (std::size_t place = 0; place < kRooms; ++place) {
      for (std::size_t key = 0; key < kKeys; ++key) {
        const auto kind = static_cast<Kind>(at);
        made->events[event_of(kind, place, key)].push_back(chaos_rule(kind, place, key));
        if (kind != Kind::keep && kind != Kind::forget) break;
      }
    }
  }
  profile::Rule& opened = made->opened.emplace_back();
  opened.from = {0};
  opened.replies.push_back(reply("$me.id"));
  opened.replies[0].as = text("welcome");
  profile::Rule& closed = made->closed.emplace_back();
  closed.from = {0};
  closed.sends.emplace_back();
  closed.sends[0].to = {{"ends", text("all"), {}}};
  closed.sends[0].as = text("gone");
  closed.sends[0].data = reply("$me.id").data;
  for (const bool is_limited : {true, false}) {
    profile::Otherwise& otherwise = made->otherwise.emplace_back();
    if (is_limited) otherwise.on = {Reason::limited};
    otherwise.replies.push_back(reply("$data $failure $message"));
    otherwise.replies[0].as = text("failed");
  }
  return made;
}

}  // namespace polygate::session::chaos
