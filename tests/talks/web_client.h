#pragma once
#include <string>
#include <string_view>
#include <utility>
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
  /// The same for Engine.IO 4 with Socket.IO on it, as far as the namespace "/". The packets of a heartbeat and of a
  /// disconnect are not shown afterwards.
  int connect_socket_io(std::uint16_t port, const std::string& path);
  void send(wire::Opcode opcode, std::string_view payload);
  /// The next message or the end.
  Heard hear();
  /// Is there one already?
  bool has_heard() const { return !ready_.empty(); }
  /// Takes in what its socket holds, and answers what asks for a sign of life.
  void pump();
  int fd() const { return fd_; }
  /// Was more received than was taken in?
  bool has_bytes() const { return !rest_.empty(); }
  /// Asks for a pong; true when nothing came before it.
  bool is_silent();
  void close();
  /// Ends TCP without a word.
  void drop();

 private:
  bool fill();
  Heard next();
  bool is_shown(const Heard& heard);
  void write(std::string_view bytes);

  int fd_ = -1;
  bool socket_io_ = false;
  std::string bytes_;
  std::vector<char> piece_;
  std::span<char> rest_;
  wire::WebSocketDecoder decoder_;
  std::vector<Heard> ready_;
};

}  // namespace polygate::talks
