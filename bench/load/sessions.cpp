#include "bench/load/sessions.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "bench/load/messages.h"
#include "bench/load/sockets.h"

namespace bench {

namespace {

constexpr std::size_t kBuffer = 256 * 1024;
constexpr std::size_t kAtOnce = 64;  // upgrades in flight per thread, well below every server's backlog
constexpr auto kStep = std::chrono::milliseconds(50);
// The key and the answer of RFC 6455, 1.3.
constexpr std::string_view kKey = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr std::string_view kAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

std::string session_name(std::size_t session) {
  return "session " + std::to_string(session);
}

void check_upgrade(std::size_t session, std::string_view head) {
  if (!head.starts_with("HTTP/1.1 101 ") || head.find(kAccept) == std::string_view::npos) {
    fail(session_name(session) + " was not upgraded: " + std::string(head));
  }
}

/// Counts upgrades, or answers, and checks what arrives while sessions are set up.
class SetUp : public Listener {
 public:
  enum class Counts { upgrades, answers };
  SetUp(Counts counts, std::string_view expected) : counts_(counts), expected_(expected) {}

  void opened(std::size_t) override { done += counts_ == Counts::upgrades ? 1 : 0; }
  void received(std::size_t session, std::string_view message) override {
    if (message.find(expected_) == std::string_view::npos) {
      fail(session_name(session) + " got " + std::string(message) + ", expected " + std::string(expected_));
    }
    done += counts_ == Counts::answers ? 1 : 0;
  }

  std::size_t done = 0;

 private:
  Counts counts_;
  std::string_view expected_;
};

}  // namespace

void fail(const std::string& what) {
  std::fprintf(stderr, "load: %s\n", what.c_str());
  std::_Exit(1);
}

SessionPool::SessionPool(std::uint16_t port, const std::string& path, unsigned source)
    : port_(port), source_(source), epoll_(epoll_create1(EPOLL_CLOEXEC)), buffer_(kBuffer) {
  request_ = "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) +
             "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " +
             std::string(kKey) + "\r\n\r\n";
}

SessionPool::~SessionPool() {
  for (const auto& connection : connections_) {
    if (connection.fd >= 0) ::close(connection.fd);
  }
  ::close(epoll_);
}

void SessionPool::resize(std::size_t count) {
  connections_.resize(count);
}

void SessionPool::answer_pings(std::string_view ping, std::string_view pong) {
  ping_ = ping;
  pong_ = masked_frame(pong, 0x5a6b7c8d);
}

void SessionPool::open(std::size_t count, Deadline deadline, std::string_view greeting) {
  resize(count);
  SetUp set_up(greeting.empty() ? SetUp::Counts::upgrades : SetUp::Counts::answers, greeting);
  for (std::size_t next = 0; set_up.done < count;) {
    while (next < count && next - set_up.done < kAtOnce) restart(next++);
    if (std::chrono::steady_clock::now() > deadline) {
      fail("only " + std::to_string(set_up.done) + " of " + std::to_string(count) + " sessions opened in time");
    }
    poll(kStep, set_up);
  }
}

void SessionPool::ask(std::size_t count, const std::function<std::string(std::size_t)>& message,
                      std::string_view expected, Deadline deadline) {
  SetUp set_up(SetUp::Counts::answers, expected);
  for (std::size_t next = 0; set_up.done < count;) {
    while (next < count && next - set_up.done < kAtOnce) {
      send(next, masked_frame(message(next), 0x1a2b3c4d));
      ++next;
    }
    if (std::chrono::steady_clock::now() > deadline) {
      fail("only " + std::to_string(set_up.done) + " of " + std::to_string(count) + " sessions were answered " +
           std::string(expected));
    }
    poll(kStep, set_up);
  }
}

void SessionPool::restart(std::size_t session) {
  auto& connection = connections_[session];
  if (connection.fd >= 0) reset(connection.fd);
  connection = Connection{connect_to(port_, source_ + unsigned(session), session_name(session)), false, {}};
  send(session, request_);
  epoll_event event{EPOLLIN, {.u64 = session}};
  epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.fd, &event);
}

void SessionPool::send(std::size_t session, std::string_view frames) const {
  const auto sent = ::send(connections_[session].fd, frames.data(), frames.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent != ssize_t(frames.size())) fail(session_name(session) + " cannot send: " + std::strerror(errno));
}

void SessionPool::poll(std::chrono::milliseconds timeout, Listener& listener) {
  std::array<epoll_event, 256> events;
  const int count = epoll_wait(epoll_, events.data(), int(events.size()), int(timeout.count()));
  for (int i = 0; i < count; ++i) read(events[std::size_t(i)].data.u64, listener);
}

void SessionPool::read(std::size_t session, Listener& listener) {
  auto& connection = connections_[session];
  const auto kept = connection.pending.size();
  std::memcpy(buffer_.data(), connection.pending.data(), kept);
  const auto got = recv(connection.fd, buffer_.data() + kept, buffer_.size() - kept, MSG_DONTWAIT);
  if (got < 0 && errno == EAGAIN) return;
  if (got <= 0) fail("the server closed " + session_name(session));

  std::string_view bytes(buffer_.data(), kept + std::size_t(got));
  if (!connection.upgraded) {
    const auto end = bytes.find("\r\n\r\n");
    if (end == std::string_view::npos) {
      connection.pending.assign(bytes);
      return;
    }
    check_upgrade(session, bytes.substr(0, end));
    connection.upgraded = true;
    bytes.remove_prefix(end + 4);
    listener.opened(session);
    if (!connection.upgraded) return;  // the listener has restarted it
  }
  bytes.remove_prefix(frames(session, bytes, listener));
  connection.pending.assign(bytes);
}

std::size_t SessionPool::frames(std::size_t session, std::string_view bytes, Listener& listener) {
  std::size_t at = 0;
  while (bytes.size() - at >= 2) {
    const auto byte = [&](std::size_t i) { return std::size_t(static_cast<unsigned char>(bytes[at + i])); };
    std::size_t header = 2;
    std::size_t length = byte(1);
    if (length == 126) {
      if (bytes.size() - at < 4) break;
      header = 4;
      length = byte(2) << 8 | byte(3);
    }
    if (length > kBuffer / 2 || byte(1) > 126) fail(session_name(session) + " got a frame that is too large or masked");
    if (bytes.size() - at < header + length) break;
    const auto opcode = byte(0);
    if (opcode == 0x81) hear(session, bytes.substr(at + header, length), listener);
    if (opcode == 0x88) fail("the server ended " + session_name(session) + " with a close frame");
    at += header + length;
  }
  return at;
}

void SessionPool::hear(std::size_t session, std::string_view message, Listener& listener) {
  if (!ping_.empty() && message == ping_) return send(session, pong_);
  listener.received(session, message);
}

}  // namespace bench
