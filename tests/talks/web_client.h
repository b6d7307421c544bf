#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/wire/websocket_decoder.h"
#include "tests/talks/driver.h"

namespace polygate::talks {

/// A WebSocket client that blocks, for tests: one TCP connection over loopback. Waits only for the socket, and at most
/// as long as a broken gateway is given.
class WebClient {
 public:
  WebClient() : decoder_(std::size_t{64} << 20, wire::WebSocketDecoder::Peer::server) {}
  ~WebClient();
  WebClient(const WebClient&) = delete;
  WebClient& operator=(const WebClient&) = delete;

  /// The status of the answer; 0 when none came.
  int connect(std::uint16_t port, std::string_view target, const Driver::Headers& headers);
  /// The same for Engine.IO 4. The packets of its handshake and its heartbeat are not shown.
  int connect_engine(std::uint16_t port, const std::string& target, const Driver::Headers& headers);
  void say(const std::vector<Message>& messages, End end);
  /// The next message or the end.
  Heard hear();
  /// Asks for a pong, and takes in what came before it.
  std::vector<Heard> waiting();
  /// Is there one already?
  bool has_heard() const { return !ready_.empty(); }
  /// Takes in what its socket holds, and answers what asks for a sign of life.
  void pump();
  int fd() const { return fd_; }
  /// Was more received than was taken in?
  bool has_bytes() const { return !rest_.empty(); }

  bool reads = true;

 private:
  bool fill();
  Heard next();
  bool is_shown(const Heard& heard);
  void send(wire::Opcode opcode, std::string_view payload);
  void write(std::string_view bytes);
  /// Ends TCP without a word.
  void drop();

  int fd_ = -1;
  bool engine_ = false;
  std::string bytes_;
  std::vector<char> piece_;
  std::span<char> rest_;
  wire::WebSocketDecoder decoder_;
  std::vector<Heard> ready_;
};

}  // namespace polygate::talks
