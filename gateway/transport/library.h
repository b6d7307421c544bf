#pragma once
#include <uv.h>

#include <cstddef>
#include <memory>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/transport/fd.h"
#include "gateway/transport/settings.h"
#include "gateway/transport/socket.h"

struct lws_context;
struct lws_vhost;
struct ssl_ctx_st;

namespace polygate::transport {

class Connection;

/// Who hears what happens on a Library's sockets, on the thread that runs its loop. False closes the connection.
class SocketEvents {
 public:
  virtual ~SocketEvents() = default;
  virtual bool received(Connection& connection, char* bytes, std::size_t size) = 0;
  virtual bool writable(Connection& connection) = 0;
  virtual void closed(Connection& connection) = 0;
};

/// One libwebsockets context with the libuv loop that it runs on, and a virtual host per listener. Made and destroyed
/// on the main thread, while no thread runs the loop; all sockets must be closed before.
class Library {
 public:
  static Result<std::unique_ptr<Library>> make(const std::vector<ListenerSettings>& listeners, SocketEvents& events);
  ~Library();
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  uv_loop_t* loop() { return &loop_; }
  /// Takes the socket over for `connection`, which stays where it is until closed(). Null when that failed; the socket
  /// is closed then, and closed() is not called for it.
  Socket adopt(Fd fd, std::size_t listener, Connection& connection);

  SocketEvents& events() { return events_; }

 private:
  explicit Library(SocketEvents& events) : events_(events) {}
  Result<void> set_up(const std::vector<ListenerSettings>& listeners);

  struct Host {
    lws_vhost* vhost = nullptr;
    bool tls = false;
  };
  SocketEvents& events_;
  uv_loop_t loop_{};
  lws_context* context_ = nullptr;
  std::shared_ptr<ssl_ctx_st> client_tls_;  ///< which the library wants for each host, and nobody uses
  std::vector<Host> hosts_;
};

}  // namespace polygate::transport
