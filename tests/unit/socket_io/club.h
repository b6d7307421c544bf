#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "gateway/socket_io/client.h"
#include "tests/unit/engine_io/test_host.h"

namespace polygate::socket_io {

using engine_io::Lines;
using engine_io::Revision;

inline constexpr char kClubSchema[] = R"({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$defs": {
    "who": {}, "echo": {}, "echo.args": {}, "asked": {}, "asked.args": {}, "ask": {}, "answered": {}, "answered.args": {},
    "opened.auth": {}, "auth": {}, "shout": {}, "order": {}, "seat": {}, "bye": {}, "back": {}, "busy": {}, "id": {}, "failed": {},
    "welcome": {}, "gone": {}, "question": {}, "heard": {}, "heard.args": {}
  }
})";

/// Guests, waiters and cooks, each in a namespace of their own; whom /closed lets in is shown out at once.
inline constexpr char kClub[] = R"(
profile: club
dialect: socket.io
schema: test.json
engine: {connect_within: 10s, attachments: 3}
limits: {message_bytes: 300, outbox_bytes: 8KiB, finish_within: 4s}
endpoints:
  /socket.io/: {role: guest, namespaces: {/staff: waiter, /kitchen: cook, /closed: nobody}}
opened:
  - {from: cook, reply: {as: welcome, data: $me.role}}
  - {from: nobody, reply: {as: welcome, data: and goodbye}, close: {code: 4000, reason: closed}}
events:
  who: {from: [guest, waiter, cook], reply: {data: $me.role}}
  id: {from: guest, reply: {data: $me.id}}
  auth: {from: [guest, waiter], reply: {data: $auth}}
  echo: {from: [guest, waiter], reply: {args: $args}}
  asked: {from: guest, reply: {ack: true, args: $args}}
  ask: {from: guest, send: {to: session/$me.id, as: question, data: $data, ack: answered}}
  answered: {from: guest, reply: {as: heard, args: $args}}
  shout: {from: [guest, waiter], send: {to: role/guest, data: $data}}
  order: {from: waiter, send: {to: role/cook, data: $data}}
  seat: {from: [guest, waiter], claim: {topic: seat/one, when_taken: probe, within: 1s}, reply: {data: $data}}
  bye: {from: [guest, waiter], send: {to: role/cook, as: gone, data: $me.role}, close: {code: 4000, reason: enough}}
  back: {from: [guest, waiter], close: {code: 1012, reason: restart}}
  busy: {from: [guest, waiter], close: {code: 1013, reason: too much}}
closed:
  - {from: [guest, waiter], send: {to: role/cook, as: gone, data: $me.role}}
otherwise: {reply: {as: failed, data: $failure}}
)";

/// `yaml` with the first `from` in it replaced.
inline std::string with(std::string yaml, const std::string& from, const std::string& to) {
  const std::size_t at = yaml.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return yaml.replace(at, from.size(), to);
}

/// The clubs whose sessions wait for their clients.
inline std::string recovering() {
  return with(kClub, "engine: {", "engine: {recovery: {within: 60s}, ");
}

/// One worker, or two, and who may come: `places` from each address.
struct Club {
  explicit Club(const std::string& yaml = kClub, std::size_t places = 100)
      : gateway(yaml, kClubSchema),
        census(std::make_shared<engine_io::Census>(
            engine_io::Census::Limits{.sessions = 1'000, .per_address = places, .per_profile = 1'000})) {
    host.knows(there);
    there.knows(host);
  }

  engine_io::TestGateway gateway;
  engine_io::TestHost host{gateway, 0};
  engine_io::TestHost there{gateway, 1};
  std::shared_ptr<engine_io::Census> census;
};

/// A client of Socket.IO. What is new each time is kept, and reads as "*": ids and keys of sessions, offsets of events.
class Guest {
 public:
  Guest(Club& club, std::uint32_t n, Revision revision = Revision::v4) : Guest(club, club.host, n, revision) {}
  Guest(Club& club, engine_io::TestHost& host, std::uint32_t n, Revision revision = Revision::v4)
      : club_(club), host_(host), n_(n), peer_(club.gateway, host, revision) {
    session::Opening opening;
    opening.address = "192.0.2.1";
    auto entry = club.census->enter({}, "club");
    EXPECT_TRUE(entry.place);
    peer_.socket().carry(std::make_unique<Client>(peer_.socket(), std::move(opening), std::move(entry.place)));
  }

  /// The handshake is done, on a WebSocket.
  Guest& opens() {
    peer_.begins_on_websocket(n_);
    const Lines opened = hears();
    EXPECT_EQ(opened.empty() ? "" : opened[0].substr(0, 8), "frame 0{");
    greeting_ = Lines(opened.begin() + 1, opened.end());
    return *this;
  }
  /// What followed on the open packet.
  const Lines& greeting() const { return greeting_; }
  /// On "/" too.
  Guest& connects() {
    opens();
    says("0");
    EXPECT_EQ(hears().size(), 1u);
    return *this;
  }
  /// A packet of Socket.IO.
  void says(const std::string& packet) { peer_.says(n_, '4' + packet); }
  void sends(const std::string& attachment) { peer_.sends(n_, attachment); }
  void goes() { peer_.goes(n_); }
  Lines hears() { return hears(n_); }
  Lines hears(std::uint32_t n) {
    Lines lines = peer_.hears(n);
    for (std::string& line : lines) {
      keep(line, "\"sid\":\"", "\"", sid);
      keep(line, "\"pid\":\"", "\"", pid);
      keep(line, ",\"", "\"]", offset);
    }
    return lines;
  }
  engine_io::Peer& peer() { return peer_; }
  bool is_over() {
    host_.turn();
    return club_.host.find(peer_.id()) == nullptr && club_.there.find(peer_.id()) == nullptr;
  }
  /// What connects to `/` again, or to another namespace.
  std::string comes_back(const std::string& name_space = {}) const {
    return "0" + name_space + R"({"pid":")" + pid + R"(","offset":")" + offset + R"("})";
  }

  std::string sid;
  std::string pid;
  std::string offset;

 private:
  /// Every word between `before` and `after`; of offsets, which are behind anything, those that are numbers.
  static void keep(std::string& line, std::string_view before, std::string_view after, std::string& kept) {
    for (std::size_t at = 0; (at = line.find(before, at)) != std::string::npos;) {
      at += before.size();
      const std::size_t end = std::min(line.find('"', at), line.size());
      const std::string word = line.substr(at, end - at);
      const bool is_number = word.find_first_not_of("0123456789") == std::string::npos;
      if (line.compare(end, after.size(), after) != 0 || (after.size() > 1 && !is_number)) continue;
      line.replace(at, word.size(), "*");
      kept = word;
    }
  }

  Club& club_;
  engine_io::TestHost& host_;
  const std::uint32_t n_;
  engine_io::Peer peer_;
  Lines greeting_;
};

}  // namespace polygate::socket_io
