#include "gateway/engine_io/sockets.h"

#include <utility>

namespace polygate::engine_io {

Socket& Sockets::open(const http::Route& route, Revision revision) {
  const std::uint32_t slot = slots_.reserve();
  const Sid id = Sid::make(home_, slot);
  slots_[slot].socket = std::make_unique<Socket>(host_, id, route, revision);
  return *slots_[slot].socket;
}

Socket* Sockets::find(const Sid& id) {
  if (id.worker != home_) {
    const auto found = adopted_.find(id);
    return found == adopted_.end() ? nullptr : found->second.socket.get();
  }
  const Slot* slot = slots_.find(id.slot);
  return slot != nullptr && slot->socket && slot->socket->id == id ? slot->socket.get() : nullptr;
}

void Sockets::free(Socket& socket) {
  const Sid id = socket.id;
  host_.meter().outbox_bytes -= socket.pending_bytes();
  disarm(slot_of(id));
  if (id.worker != home_) {
    adopted_.erase(id);
    return;
  }
  slots_.release(id.slot);
}

std::unique_ptr<Socket> Sockets::take(Socket& socket, WorkerIndex to) {
  moved_[socket.id] = to;
  disarm(slots_[socket.id.slot]);
  host_.meter().outbox_bytes -= socket.pending_bytes();
  return slots_.release(socket.id.slot).socket;
}

Socket& Sockets::adopt(std::unique_ptr<Socket> socket) {
  host_.meter().outbox_bytes += socket->pending_bytes();
  Slot& slot = adopted_[socket->id];
  slot.socket = std::move(socket);
  return *slot.socket;
}

std::optional<WorkerIndex> Sockets::moved_to(const Sid& id) const {
  const auto found = moved_.find(id);
  return found == moved_.end() ? std::nullopt : std::optional(found->second);
}

void Sockets::forget(const Sid& id) {
  moved_.erase(id);
}

void Sockets::arm(Socket& socket) {
  Slot& slot = slot_of(socket.id);
  const Instant due = socket.due();
  if (due >= slot.armed) return;
  disarm(slot);
  slot.armed = due;
  slot.timer = timers_.add(due, socket.id);
}

void Sockets::disarm(Slot& slot) {
  timers_.remove(slot.timer);
  slot.armed = Instant::max();
}

/// A socket whose deadline has moved since is armed anew. Each has one turn.
void Sockets::tick(Instant now) {
  std::vector<Sid> due;
  while (const auto id = timers_.take_due(now)) due.push_back(*id);
  for (const Sid& id : due) {
    Socket* socket = find(id);
    if (socket == nullptr) continue;
    disarm(slot_of(id));
    if (socket->due() <= now) socket->tick(now);
    if (find(id) != nullptr) arm(*socket);
  }
}

std::optional<Instant> Sockets::next_due() const {
  return timers_.next();
}

}  // namespace polygate::engine_io
