#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/wire/websocket_decoder.h"
#include "tests/talks/driver.h"
#include "tests/talks/socket_client.h"

namespace polygate::talks {

/// A client by WebSocket: one TCP connection.
class WebClient final : public SocketClient {
 public:
  WebClient() : decoder_(std::size_t{64} << 20, wire::WebSocketDecoder::Peer::server) {}
  ~WebClient() override;
  WebClient(const WebClient&) = delete;
  WebClient& operator=(const WebClient&) = delete;

  /// The status of the answer; 0 when none came.
  int connect(std::uint16_t port, std::string_view target, const Driver::Headers& headers);
  /// The same for Engine.IO 4. The packets of its handshake and its heartbeat are not shown.
  int connect_engine(std::uint16_t port, const std::string& target, const Driver::Headers& headers);
  void say(const std::vector<Message>& messages, End end) override;
  Heard hear() override;
  /// Asks for a pong, and takes in what came before it.
  std::vector<Heard> waiting() override;
  bool has_heard() const override { return !ready_.empty(); }
  void pump() override;
  int fd() const override { return fd_; }
  bool has_bytes() const override { return !rest_.empty(); }

 private:
  bool fill();
  Heard next();
  bool is_shown(const Heard& heard);
  void send(wire::Opcode opcode, std::string_view payload);

  int fd_ = -1;
  bool engine_ = false;
  std::string bytes_;
  std::vector<char> piece_;
  std::span<char> rest_;
  wire::WebSocketDecoder decoder_;
  std::vector<Heard> ready_;
};

}  // namespace polygate::talks
