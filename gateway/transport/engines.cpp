#include "gateway/transport/engines.h"

#include <utility>

#include "gateway/transport/worker.h"

namespace polygate::transport {

Engine& Engines::open(const Route& route, engine_io::Revision revision, session::Opening opening) {
  auto slot = static_cast<std::uint32_t>(slots_.size());
  if (free_.empty()) {
    slots_.emplace_back();
  } else {
    slot = free_.back();
    free_.pop_back();
  }
  const EngineId id = EngineId::make(worker_.index(), slot);
  slots_[slot].engine = std::make_unique<Engine>(worker_, id, route, revision, std::move(opening));
  slots_[slot].armed = Instant::max();
  ++size_;
  return *slots_[slot].engine;
}

Engine* Engines::find(const EngineId& id) {
  if (id.slot >= slots_.size()) return nullptr;
  Engine* engine = slots_[id.slot].engine.get();
  return engine != nullptr && engine->id() == id ? engine : nullptr;
}

void Engines::free(Engine& engine) {
  const std::uint32_t slot = engine.id().slot;
  slots_[slot].engine.reset();
  free_.push_back(slot);
  --size_;
}

void Engines::arm(Engine& engine) {
  Slot& slot = slots_[engine.id().slot];
  const Instant due = engine.due();
  if (due >= slot.armed) return;
  slot.armed = due;
  timers_.push({due, engine.id()});
}

/// Timers are never taken out early: an engine whose deadline has moved since is armed anew. Each has one turn.
void Engines::tick(Instant now) {
  std::vector<Timer> due;
  while (!timers_.empty() && timers_.top().due <= now) {
    due.push_back(timers_.top());
    timers_.pop();
  }
  for (const Timer& timer : due) {
    Engine* engine = find(timer.id);
    if (engine == nullptr || slots_[timer.id.slot].armed != timer.due) continue;
    slots_[timer.id.slot].armed = Instant::max();
    if (engine->due() <= now) engine->tick(now);
    if (find(timer.id) != nullptr) arm(*engine);
  }
}

std::optional<Instant> Engines::next_due() const {
  return timers_.empty() ? std::nullopt : std::optional(timers_.top().due);
}

}  // namespace polygate::transport
