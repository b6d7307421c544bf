#include "gateway/transport/engines.h"

#include <utility>

#include "gateway/transport/worker.h"

namespace polygate::transport {

Engine& Engines::open(const http::Route& route, engine_io::Revision revision, session::Opening opening,
                      std::shared_ptr<const Census::Place> place) {
  auto slot = static_cast<std::uint32_t>(slots_.size());
  if (free_.empty()) {
    slots_.emplace_back();
  } else {
    slot = free_.back();
    free_.pop_back();
  }
  const EngineId id = EngineId::make(home_, slot);
  slots_[slot].engine = std::make_unique<Engine>(worker_, id, route, revision, std::move(opening), std::move(place));
  slots_[slot].armed = Instant::max();
  ++size_;
  return *slots_[slot].engine;
}

Engine* Engines::find(const EngineId& id) {
  if (id.worker != home_) {
    const auto found = adopted_.find(id);
    return found == adopted_.end() ? nullptr : found->second.engine.get();
  }
  if (id.slot >= slots_.size()) return nullptr;
  Engine* engine = slots_[id.slot].engine.get();
  return engine != nullptr && engine->id() == id ? engine : nullptr;
}

void Engines::free(Engine& engine) {
  const EngineId id = engine.id();
  --size_;
  worker_.meter().outbox_bytes -= engine.pending_bytes();
  disarm(slot_of(id));
  if (id.worker != home_) {
    adopted_.erase(id);
    return;
  }
  slots_[id.slot].engine.reset();
  free_.push_back(id.slot);
}

std::unique_ptr<Engine> Engines::take(Engine& engine, WorkerIndex to) {
  moved_[engine.id()] = to;
  disarm(slots_[engine.id().slot]);
  worker_.meter().outbox_bytes -= engine.pending_bytes();
  std::unique_ptr<Engine> taken = std::move(slots_[engine.id().slot].engine);
  free_.push_back(taken->id().slot);
  --size_;
  return taken;
}

Engine& Engines::adopt(std::unique_ptr<Engine> engine) {
  ++size_;
  worker_.meter().outbox_bytes += engine->pending_bytes();
  Slot& slot = adopted_[engine->id()];
  slot.engine = std::move(engine);
  return *slot.engine;
}

std::optional<WorkerIndex> Engines::moved_to(const EngineId& id) const {
  const auto found = moved_.find(id);
  return found == moved_.end() ? std::nullopt : std::optional(found->second);
}

void Engines::forget(const EngineId& id) {
  moved_.erase(id);
}

void Engines::arm(Engine& engine) {
  Slot& slot = slot_of(engine.id());
  const Instant due = engine.due();
  if (due >= slot.armed) return;
  disarm(slot);
  slot.armed = due;
  slot.timer = timers_.add(due, engine.id());
}

void Engines::disarm(Slot& slot) {
  timers_.remove(slot.timer);
  slot.armed = Instant::max();
}

/// An engine whose deadline has moved since is armed anew. Each has one turn.
void Engines::tick(Instant now) {
  std::vector<EngineId> due;
  while (const auto id = timers_.take_due(now)) due.push_back(*id);
  for (const EngineId& id : due) {
    Engine* engine = find(id);
    if (engine == nullptr) continue;
    disarm(slot_of(id));
    if (engine->due() <= now) engine->tick(now);
    if (find(id) != nullptr) arm(*engine);
  }
}

std::optional<Instant> Engines::next_due() const {
  return timers_.next();
}

}  // namespace polygate::transport
