#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>

#include "gateway/base/slot_map.h"
#include "gateway/base/timer_queue.h"
#include "gateway/engine_io/socket.h"

namespace polygate::engine_io {

/// The sockets that live on one worker, and what they wait for. One thread.
class Sockets {
 public:
  Sockets(Host& host, WorkerIndex index) : host_(host), home_(index) {}

  Socket& open(const http::Route& route, Revision revision);
  /// Null when there is none (any more).
  Socket* find(const Sid& id);
  void free(Socket& socket);
  /// It goes on on another worker.
  std::unique_ptr<Socket> take(Socket& socket, WorkerIndex to);
  Socket& adopt(std::unique_ptr<Socket> socket);
  /// Where one went that began here.
  std::optional<WorkerIndex> moved_to(const Sid& id) const;
  /// It has ended there.
  void forget(const Sid& id);

  /// Notices that a socket's due() may be nearer than before.
  void arm(Socket& socket);
  void tick(Instant now);
  std::optional<Instant> next_due() const;
  std::size_t size() const { return slots_.size() + adopted_.size(); }

  template <class Visit>
  void each(Visit visit) {
    for (const Slot& slot : slots_) {
      if (slot.socket) visit(*slot.socket);
    }
    for (const auto& [id, slot] : adopted_) visit(*slot.socket);
  }

 private:
  struct Slot {
    std::unique_ptr<Socket> socket;
    Instant armed = Instant::max();  ///< of its timer
    TimerQueue<Sid>::Id timer;
  };
  struct Hash {
    std::size_t operator()(const Sid& id) const { return id.secret[0]; }
  };
  void disarm(Slot& slot);
  Slot& slot_of(const Sid& id) { return id.worker == home_ ? slots_[id.slot] : adopted_.at(id); }

  Host& host_;
  const WorkerIndex home_;
  SlotMap<Slot> slots_;
  std::unordered_map<Sid, Slot, Hash> adopted_;       ///< began on other workers
  std::unordered_map<Sid, WorkerIndex, Hash> moved_;  ///< began here
  TimerQueue<Sid> timers_;
};

}  // namespace polygate::engine_io
