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
  void send(wire::Opcode opcode, std::string_view payload);
  /// The next message or the end.
  Heard hear();
  /// Asks for a pong; true when nothing came before it.
  bool is_silent();
  void close();
  /// Ends TCP without a word.
  void drop();

 private:
  bool fill();
  void write(std::string_view bytes);

  int fd_ = -1;
  std::string bytes_;
  std::vector<char> piece_;
  std::span<char> rest_;
  wire::WebSocketDecoder decoder_;
  std::vector<Heard> ready_;
};

}  // namespace polygate::talks
