#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "gateway/routing/ids.h"

namespace polygate::session {

struct Common;
class Session;

/// The sessions of one worker that take no turn for now, and are not read, because so much waits for a worker that they
/// sent to; in the order of pausing. And which workers are waited for. One thread.
class Paused {
 public:
  using Number = std::uint64_t;  ///< 0 = none

  explicit Paused(Common& common) : common_(common) {}

  /// The session goes on when none of `pressed` is waited for any more. A session is added once.
  void add(Session& session, std::vector<WorkerIndex> pressed);
  /// Nothing happens when it is not paused.
  void remove(Session& session);
  /// The first that may go on: now it is to be removed. Several calls for the same news take no longer together than
  /// one walk over all.
  std::optional<SessionId> next();

  /// Whoever is added from now on waits for `worker`, which was found pressed by who asked at `moment`. False: it has
  /// eased since.
  using Moment = std::uint64_t;
  Moment now() const { return news_; }
  bool await(WorkerIndex worker, Moment moment);
  void eased(WorkerIndex worker);
  bool awaits(WorkerIndex worker) const;
  bool awaits_any() const { return !awaited_.empty(); }

 private:
  struct Entry {
    SessionId session;
    std::vector<WorkerIndex> pressed;
  };
  Common& common_;
  std::map<Number, Entry> entries_;
  std::vector<WorkerIndex> awaited_;  ///< few
  std::vector<Moment> eased_;         ///< by worker, when it eased last
  Moment news_ = 0;                   ///< grows with each news of that
  Number last_ = 0;
  Number looked_at_ = 0;  ///< nobody up to this one may go on
};

}  // namespace polygate::session
