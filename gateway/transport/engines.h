#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <queue>
#include <vector>

#include "gateway/transport/engine.h"

namespace polygate::transport {

/// The sessions of Engine.IO that live on one worker, and what they wait for. One thread.
class Engines {
 public:
  explicit Engines(Worker& worker) : worker_(worker) {}

  Engine& open(const Route& route, engine_io::Revision revision, session::Opening opening);
  /// Null when there is none (any more).
  Engine* find(const EngineId& id);
  void free(Engine& engine);

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
  }

 private:
  struct Slot {
    std::unique_ptr<Engine> engine;
    Instant armed = Instant::max();  ///< of its nearest timer
  };
  struct Timer {
    Instant due;
    EngineId id;
    bool operator<(const Timer& other) const { return due > other.due; }  // the nearest comes first
  };
  Worker& worker_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
  std::priority_queue<Timer> timers_;
  std::size_t size_ = 0;
};

}  // namespace polygate::transport
