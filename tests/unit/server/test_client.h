#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/net/fd.h"
#include "gateway/wire/websocket_client.h"

namespace polygate::server {

/// A client that blocks: one connection over loopback, plain or TLS. Waits for the socket only; a gateway that says
/// nothing for ten seconds is broken, and the test ends there.
class TestClient {
 public:
  struct Message {
    wire::WebSocketItem::Kind kind = wire::WebSocketItem::Kind::more;  ///< `more`: TCP ended
    std::uint16_t code = 0;
    std::string payload;
    bool ended() const { return kind == wire::WebSocketItem::Kind::more; }
  };
  struct Answer {
    int status = 0;  ///< 0: TCP ended without one
    std::string head;
    std::string body;
  };

  explicit TestClient(std::uint16_t port, int receive_buffer = 0);
  /// TLS with at most this version, offering these protocols (in ALPN's form). False: refused.
  bool start_tls(int max_version = TLS1_3_VERSION, std::string_view alpn = {});
  std::string tls_version() const;

  /// Our end's port.
  std::uint16_t port() const;

  bool write(std::string_view bytes);
  Answer request(std::string_view bytes);
  Answer answer();
  /// A handshake; the status of its answer.
  Answer upgrade(std::string_view target, const std::vector<wire::HttpField>& headers = {},
                 std::string_view host = "localhost");

  bool send(std::string_view message, wire::Opcode opcode = wire::Opcode::text);
  Message receive();
  /// Reads until TCP ends; everything that came.
  std::string rest();

 private:
  bool fill();

  net::Fd fd_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_{nullptr, SSL_CTX_free};
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_{nullptr, SSL_free};
  std::string bytes_;
  std::string frames_;  ///< what the decoder works in
  std::span<char> unread_;
  wire::WebSocketDecoder decoder_{std::size_t{64} << 20, wire::WebSocketDecoder::Peer::server};
};

inline TestClient::TestClient(std::uint16_t port, int receive_buffer) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
  const timeval patience{10, 0};
  ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  if (receive_buffer > 0) {
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof(receive_buffer));
  }
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&to), sizeof(to)) != 0) fd_.reset();
}

inline bool TestClient::start_tls(int max_version, std::string_view alpn) {
  context_.reset(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_security_level(context_.get(), 0);
  SSL_CTX_set_min_proto_version(context_.get(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version(context_.get(), max_version);
  if (!alpn.empty()) {
    SSL_CTX_set_alpn_protos(context_.get(), reinterpret_cast<const unsigned char*>(alpn.data()),
                            static_cast<unsigned>(alpn.size()));
  }
  ssl_.reset(SSL_new(context_.get()));
  SSL_set_fd(ssl_.get(), fd_.get());
  return SSL_connect(ssl_.get()) == 1;
}

inline std::string TestClient::tls_version() const {
  return SSL_get_version(ssl_.get());
}

inline std::uint16_t TestClient::port() const {
  sockaddr_in own{};
  socklen_t size = sizeof(own);
  ::getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&own), &size);
  return ntohs(own.sin_port);
}

inline bool TestClient::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto size = ssl_ ? SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()))
                           : ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(size));
  }
  return true;
}

inline bool TestClient::fill() {
  std::array<char, 65'536> piece{};
  const auto size = ssl_ ? SSL_read(ssl_.get(), piece.data(), static_cast<int>(piece.size()))
                         : ::recv(fd_.get(), piece.data(), piece.size(), 0);
  if (size <= 0) return false;
  bytes_.append(piece.data(), static_cast<std::size_t>(size));
  return true;
}

inline TestClient::Answer TestClient::answer() {
  std::size_t end = 0;
  while ((end = bytes_.find("\r\n\r\n")) == std::string::npos) {
    if (!fill()) return {};
  }
  Answer answer;
  answer.head = bytes_.substr(0, end + 4);
  bytes_.erase(0, end + 4);
  std::from_chars(answer.head.data() + 9, answer.head.data() + 12, answer.status);
  std::size_t length = 0;
  if (const std::size_t at = answer.head.find("Content-Length: "); at != std::string::npos) {
    std::from_chars(answer.head.data() + at + 16, answer.head.data() + answer.head.size(), length);
  }
  while (bytes_.size() < length) {
    if (!fill()) return {};
  }
  answer.body = bytes_.substr(0, length);
  bytes_.erase(0, length);
  return answer;
}

inline TestClient::Answer TestClient::request(std::string_view bytes) {
  write(bytes);
  return answer();
}

inline TestClient::Answer TestClient::upgrade(std::string_view target, const std::vector<wire::HttpField>& headers,
                                              std::string_view host) {
  return request(wire::client_handshake(host, target, "dGhlIHNhbXBsZSBub25jZQ==", headers));
}

inline bool TestClient::send(std::string_view message, wire::Opcode opcode) {
  std::string frame;
  wire::append_masked_frame(frame, opcode, message, {'k', 'e', 'y', '!'});
  return write(frame);
}

inline TestClient::Message TestClient::receive() {
  for (;;) {
    const wire::WebSocketItem item = decoder_.next(unread_);
    if (item.kind != wire::WebSocketItem::Kind::more) return {item.kind, item.code, std::string(item.payload)};
    if (bytes_.empty() && !fill()) return {};
    frames_ = std::exchange(bytes_, {});
    unread_ = frames_;
  }
}

inline std::string TestClient::rest() {
  while (fill()) continue;
  return std::exchange(bytes_, {});
}

}  // namespace polygate::server
