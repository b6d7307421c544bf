#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>

#include "gateway/base/slot_map.h"
#include "gateway/session/session.h"

namespace polygate::session {

/// The sessions of one worker, by what names them. One thread.
class Sessions {
 public:
  explicit Sessions(WorkerIndex worker) : worker_(worker) {}

  Session& make(std::uint16_t profile_index, const profile::ProfilePtr& profile, const profile::Endpoint& endpoint,
                Opening opening);
  /// Its id finds nobody from now on.
  void free(const Session& session) { slots_.release(session.id().slot); }

  Session* find(SessionId id);
  Session* find_live(SessionId id);  ///< one that still hears
  /// The one that whoever knows `key` may resume.
  Session* find(const SecretId& key);
  Session& at(std::uint32_t slot) { return *slots_[slot]; }

  template <class Take>
  void for_each(Take take) {
    for (const std::unique_ptr<Session>& session : slots_) {
      if (session) take(*session);
    }
  }
  std::size_t size() const { return slots_.size(); }

 private:
  const WorkerIndex worker_;
  SlotMap<std::unique_ptr<Session>> slots_;
};

}  // namespace polygate::session
