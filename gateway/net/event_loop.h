#pragma once
#include <uv.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/net/fd.h"
#include "gateway/net/settings.h"
#include "gateway/net/tcp_socket.h"

struct lws_context;
struct lws_vhost;
struct ssl_ctx_st;

namespace polygate::net {

/// Who hears what happens on one socket, on the thread that runs its loop.
class SocketHandler {
 public:
  virtual ~SocketHandler() = default;
  /// `bytes` may be written into, until this returns. False closes the socket.
  virtual bool received(std::span<char> bytes) = 0;
  /// It takes bytes again. False closes the socket.
  virtual bool writable() = 0;
  /// There is no socket any more, and no further call. `this` may end in it.
  virtual void closed() = 0;
};

/// What happens on an EventLoop beside its sockets, on the thread that runs it.
class LoopHandler {
 public:
  virtual ~LoopHandler() = default;
  /// The descriptor that wakes the loop is readable.
  virtual void woken() = 0;
  /// Before each wait for something to happen, behind all that did.
  virtual void before_wait() = 0;
  virtual void ticked() = 0;
  virtual void timer_is_due() = 0;
};

/// One libwebsockets context with the libuv loop that it runs on, and a virtual host per listener. Made and destroyed
/// on the main thread, while no thread runs the loop; all sockets must be closed before.
class EventLoop {
 public:
  static Result<std::unique_ptr<EventLoop>> make(const std::vector<ListenerSettings>& listeners);
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  /// Runs until stop(), which is called from within. Ticks every `tick`, and is woken when `wakes` is readable.
  void run(LoopHandler& handler, int wakes, Millis tick);
  void stop();
  /// The one timer: due once, in `wait`; nothing stops it.
  void set_timer(std::optional<Millis> wait);
  /// Takes the socket over for `handler`, which stays where it is until closed(). Null when that failed; the socket
  /// is closed then, and closed() is not called for it.
  TcpSocket adopt(Fd fd, std::size_t listener, SocketHandler& handler);

 private:
  EventLoop() = default;
  Result<void> set_up(const std::vector<ListenerSettings>& listeners);

  struct Host {
    lws_vhost* vhost = nullptr;
    bool tls = false;
  };
  uv_loop_t loop_{};
  lws_context* context_ = nullptr;
  std::shared_ptr<ssl_ctx_st> client_tls_;  ///< which the library wants for each host, and nobody uses
  std::vector<Host> hosts_;
  uv_timer_t due_{};
  LoopHandler* handler_ = nullptr;  ///< while it runs
  bool stopping_ = false;
};

}  // namespace polygate::net
