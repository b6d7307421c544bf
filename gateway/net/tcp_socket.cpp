#include "gateway/net/tcp_socket.h"

#include <fcntl.h>
#include <libwebsockets.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace polygate::net {

bool TcpSocket::write(std::string_view bytes) const {
  // The raw role sends the bytes as they are and never writes into them, whatever the parameter's type says.
  auto* data = reinterpret_cast<unsigned char*>(const_cast<char*>(bytes.data()));
  return lws_write(wsi_, data, bytes.size(), LWS_WRITE_RAW) == static_cast<int>(bytes.size());
}

bool TcpSocket::blocked() const {
  return lws_partial_buffered(wsi_) != 0;
}

void TcpSocket::want_writable() const {
  lws_callback_on_writable(wsi_);
}

void TcpSocket::read(bool on) const {
  lws_rx_flow_control(wsi_, on ? 1 : 0);
}

void TcpSocket::end_output() const {
  if (SSL* ssl = lws_get_ssl(wsi_)) SSL_shutdown(ssl);
  ::shutdown(fd(), SHUT_WR);
}

Fd TcpSocket::take_rest(std::string& bytes) const {
  std::array<char, 16'384> piece;
  SSL* ssl = lws_get_ssl(wsi_);
  if (ssl == nullptr) {
    // Nearly always there is nothing, and a descriptor of its own would be two more calls for every connection.
    const ssize_t got = ::recv(fd(), piece.data(), piece.size(), MSG_DONTWAIT);
    if (got <= 0 && !(got < 0 && errno == EINTR)) return {};
    bytes.append(piece.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    return Fd(::fcntl(fd(), F_DUPFD_CLOEXEC, 0));
  }
  for (int got = SSL_read(ssl, piece.data(), piece.size()); got > 0; got = SSL_read(ssl, piece.data(), piece.size())) {
    bytes.append(piece.data(), static_cast<std::size_t>(got));
  }
  return {};
}

void TcpSocket::kill() const {
  lws_set_timeout(wsi_, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_SYNC);
}

int TcpSocket::fd() const {
  return lws_get_socket_fd(wsi_);
}

}  // namespace polygate::net
