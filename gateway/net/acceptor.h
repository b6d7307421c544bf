#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "gateway/base/log.h"
#include "gateway/net/acceptor_inbox.h"
#include "gateway/net/admission.h"
#include "gateway/net/fd.h"
#include "gateway/net/listener.h"
#include "gateway/net/settings.h"

namespace polygate::net {

/// A connection that the acceptor deals to a worker.
struct NewSocket {
  Fd fd;
  PeerAddress peer;
  std::uint16_t listener = 0;  ///< index into the server's listeners
};

struct AcceptorMeter {
  std::uint64_t accepted = 0;
  std::array<std::uint64_t, Admission::kVerdicts> refused{};  ///< by Admission::Verdict
  std::uint64_t pauses = 0;                                   ///< accepting waited for file descriptors
  std::uint64_t connections = 0;
  std::uint64_t handshakes = 0;
};

/// Takes a connection on behalf of one worker. Called on the acceptor's thread.
using Deal = std::function<void(NewSocket)>;

/// Accepts on all listeners, on a thread of its own, and deals each socket to the worker with the fewest. Refuses what
/// is beyond a limit, and leaves connections in the kernel's queue while file descriptors are short.
/// Started and stopped by the server on the main thread; everything else reaches it through inbox().
class Acceptor {
 public:
  Acceptor(const ConnectionLimits& limits, std::vector<Listener> listeners, std::vector<Deal> workers, Log& log);
  ~Acceptor();

  /// From now on the listeners listen.
  Result<void> start();
  /// Ends the thread and closes the listeners. Idempotent.
  void stop();
  const std::shared_ptr<AcceptorInbox>& inbox() const { return inbox_; }

  // On its own thread, from a Task:
  void close_listeners();
  AcceptorMeter meter() const;

 private:
  void run();
  void read_letters();
  void accept_from(std::uint16_t listener);
  bool is_short_of_fds() const;
  bool is_reserved(int fd) const;
  void refuse(int fd, bool tls, Admission::Verdict verdict, const PeerAddress& peer);
  void deal(Fd fd, const PeerAddress& peer, std::uint16_t listener);
  void pause(const char* why);
  void resume();
  bool watch(int fd, std::uint64_t tag);

  std::size_t max_fds_;
  std::size_t reserved_fds_;
  std::vector<Listener> listeners_;
  std::vector<Deal> workers_;
  std::vector<std::size_t> load_;  ///< connections by worker
  std::size_t next_ = 0;           ///< whose turn it is among equals
  Log& log_;
  Admission admission_;
  AcceptorMeter meter_;
  std::shared_ptr<AcceptorInbox> inbox_;
  std::vector<AcceptorLetter> letters_;
  Fd epoll_;
  bool paused_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace polygate::net
