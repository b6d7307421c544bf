#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "gateway/base/timer_queue.h"
#include "gateway/transport/engine.h"

namespace polygate::transport {

/// The sessions of Engine.IO that live on one worker, and what they wait for. One thread.
class Engines {
 public:
  Engines(Worker& worker, WorkerIndex index) : worker_(worker), home_(index) {}

  Engine& open(const http::Route& route, engine_io::Revision revision, session::Opening opening,
               std::shared_ptr<const Census::Place> place);
  /// Null when there is none (any more).
  Engine* find(const EngineId& id);
  void free(Engine& engine);
  /// It goes on on another worker.
  std::unique_ptr<Engine> take(Engine& engine, WorkerIndex to);
  Engine& adopt(std::unique_ptr<Engine> engine);
  /// Where one went that began here.
  std::optional<WorkerIndex> moved_to(const EngineId& id) const;
  /// It has ended there.
  void forget(const EngineId& id);

  /// Notices that an engine's due() may be nearer than before.
  void arm(Engine& engine);
  void tick(Instant now);
  std::optional<Instant> next_due() const;
  std::size_t size() const { return size_; }

  template <class Visit>
  void each(Visit visit) {
    for (const Slot& slot : slots_) {
      if (slot.engine) visit(*slot.engine);
    }
    for (const auto& [id, slot] : adopted_) visit(*slot.engine);
  }

 private:
  struct Slot {
    std::unique_ptr<Engine> engine;
    Instant armed = Instant::max();  ///< of its timer
    TimerQueue<EngineId>::Id timer;
  };
  struct Hash {
    std::size_t operator()(const EngineId& id) const { return id.secret[0]; }
  };
  void disarm(Slot& slot);
  Slot& slot_of(const EngineId& id) { return id.worker == home_ ? slots_[id.slot] : adopted_.at(id); }

  Worker& worker_;
  const WorkerIndex home_;
  std::vector<Slot> slots_;
  std::unordered_map<EngineId, Slot, Hash> adopted_;       ///< began on other workers
  std::unordered_map<EngineId, WorkerIndex, Hash> moved_;  ///< began here
  std::vector<std::uint32_t> free_;
  TimerQueue<EngineId> timers_;
  std::size_t size_ = 0;
};

}  // namespace polygate::transport
