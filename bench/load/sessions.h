#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

using Deadline = std::chrono::steady_clock::time_point;

/// Says what went wrong on stderr and ends the process: a measurement with a failure in it is worth nothing.
[[noreturn]] void fail(const std::string& what);

/// Hears what happens to the sessions of a pool, on the thread that polls it.
class Listener {
 public:
  virtual ~Listener() = default;
  virtual void opened(std::size_t /*session*/) {}
  virtual void received(std::size_t session, std::string_view message) = 0;
};

/// The WebSocket sessions of one thread of the load generator, on one epoll. It reads in large pieces and only looks at
/// frame headers, so that it costs less than any server it measures. Owned and polled by one thread; `send` may also
/// be called from another one once the session is open.
class SessionPool {
 public:
  /// `path` on 127.0.0.1:`port`; `source` picks the local address 127.0.0.(2 + source), for room in the port space.
  SessionPool(std::uint16_t port, const std::string& path, unsigned source);
  ~SessionPool();
  SessionPool(const SessionPool&) = delete;
  SessionPool& operator=(const SessionPool&) = delete;

  std::size_t size() const { return connections_.size(); }

  /// Makes room for `count` sessions that are opened by `restart`.
  void resize(std::size_t count);

  /// From now on the message `ping` is answered with `pong` and not heard.
  void answer_pings(std::string_view ping, std::string_view pong);

  /// Opens `count` sessions and returns when all are upgraded, or when each has got a message that holds `greeting`
  /// where there is one; fails at the deadline.
  void open(std::size_t count, Deadline deadline, std::string_view greeting = {});

  /// Sends each of the first `count` sessions a message and waits until each has one answer that holds `expected`.
  void ask(std::size_t count, const std::function<std::string(std::size_t)>& message, std::string_view expected,
           Deadline deadline);

  /// Ends the session, if there is one, with a reset (nothing is left in TIME_WAIT) and begins a new one in its place.
  void restart(std::size_t session);

  /// Sends frames in one call. They must fit into the socket's buffer, as they do in a closed loop.
  void send(std::size_t session, std::string_view frames) const;

  /// Waits up to `timeout` for something to read, and reads it.
  void poll(std::chrono::milliseconds timeout, Listener& listener);

 private:
  struct Connection {
    int fd = -1;
    bool upgraded = false;
    std::string pending;  // the first bytes of a frame or response whose end has not arrived
  };

  void read(std::size_t session, Listener& listener);
  std::size_t frames(std::size_t session, std::string_view bytes, Listener& listener);
  void hear(std::size_t session, std::string_view message, Listener& listener);

  std::uint16_t port_;
  unsigned source_;
  std::string request_;
  std::string ping_;
  std::string pong_;
  int epoll_;
  std::vector<Connection> connections_;
  std::vector<char> buffer_;
};

}  // namespace bench
