#pragma once
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gateway/dialect/engine_message.h"
#include "gateway/engine_io/user.h"
#include "tests/unit/engine_io/test_host.h"

namespace polygate::engine_io {

/// What a Listener heard, and what it is to say; outlives it.
struct Ears {
  Lines take() { return std::exchange(lines, {}); }

  Lines lines;
  std::size_t signs = 0;  ///< of life
  bool is_full = false;
  bool asks_for_drained = false;
  std::optional<std::size_t> gathered;
  Instant due = Instant::max();
};

/// A user that writes down what it hears.
class Listener final : public User {
 public:
  explicit Listener(Ears& ears) : ears_(ears) {}

  void opened() override { hear("opened"); }
  void message(const Packet& packet) override {
    hear((packet.binary ? "binary " : "text ") + std::string(packet.data));
  }
  bool is_full() const override { return ears_.is_full; }
  void heard() override { ++ears_.signs; }
  void too_slow() override { hear("too slow"); }
  void drained() override {
    if (std::exchange(ears_.asks_for_drained, false)) hear("drained");
  }
  bool asks_for_drained() const override { return ears_.asks_for_drained; }
  void settle() override {}
  void closing(session::Gone why) override { hear("closing " + text(why)); }
  void closed(session::Gone why, bool broken) override { hear("closed " + text(why) + (broken ? " broken" : "")); }
  std::string_view scope(std::uint16_t) const override { return "/"; }
  std::optional<std::size_t> gathered() const override { return ears_.gathered; }
  std::string_view address() const override { return "192.0.2.1"; }
  Instant due() const override { return ears_.due; }
  void time_is_over() override {
    ears_.due = Instant::max();
    hear("time is over");
  }
  void arrived() override { hear("arrived"); }

 private:
  static std::string text(session::Gone why) {
    return why == session::Gone::closed ? "closed" : why == session::Gone::lost ? "lost" : "drained";
  }
  void hear(std::string line) { ears_.lines.push_back(std::move(line)); }

  Ears& ears_;
};

inline FramePtr message_of(std::string_view text) {
  return std::make_shared<const Frame>(std::make_unique<const dialect::EngineMessage>(true, text));
}

constexpr char kPlain[] = R"(
profile: plain
dialect: engine.io
engine: {upgrade_within: 5s}
limits: {message_bytes: 100, outbox_bytes: 8KiB, finish_within: 4s}
endpoints: {/engine.io/: {role: guest}}
events: {text: {from: guest}, binary: {from: guest}}
)";

/// A client and a user that listens to it.
struct Talk {
  explicit Talk(Revision revision = Revision::v4, const std::string& yaml = kPlain)
      : gateway(yaml), host(gateway), peer(gateway, host, revision) {
    peer.socket().carry(std::make_unique<Listener>(ears));
  }

  Socket& socket() { return peer.socket(); }
  void begin_polling(std::uint32_t n, const Query& query = {}) { peer.begins_to_poll(n, query); }
  void begin_websocket(std::uint32_t n) { peer.begins_on_websocket(n); }
  /// The handshake is done, over connection 1, and nobody has heard anything since.
  void polling() {
    begin_polling(1);
    EXPECT_EQ(peer.hears(1).size(), 1u);
    EXPECT_EQ(ears.take(), Lines{"opened"});
  }
  void on_websocket() {
    begin_websocket(1);
    EXPECT_EQ(peer.hears(1).size(), 1u);
    EXPECT_EQ(ears.take(), Lines{"opened"});
  }
  bool says(std::string_view text) { return socket().push(message_of(text), 0); }
  std::string open_packet(const std::string& upgrades, const std::string& timeout) {
    return R"(0{"sid":")" + peer.id().text() + R"(","upgrades":[)" + upgrades +
           R"(],"pingInterval":25000,"pingTimeout":)" + timeout + R"(,"maxPayload":100})";
  }
  bool is_over() {
    host.turn();
    return host.size() == 0;
  }

  TestGateway gateway;
  TestHost host;
  Ears ears;
  Peer peer;
};

}  // namespace polygate::engine_io
