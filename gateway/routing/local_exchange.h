#pragma once
#include <cstddef>
#include <mutex>
#include <string_view>
#include <unordered_map>

#include "gateway/routing/exchange.h"

namespace polygate {

/// The Exchange of one process: everything in memory behind one mutex, held for a hash operation and for posting to the
/// listening workers, so that each worker hears a topic's frames in the order of their sequence. `done` callbacks are
/// called before the call returns, outside the lock. Sequences come from one counter for all topics: a topic that
/// vanishes and comes back can never mistake an old frame, still on its way, for a new one.
class LocalExchange final : public Exchange {
 public:
  /// What kept frames may cost in all topics together; more is refused with `limited`.
  struct Limits {
    std::size_t kept_frames = 1'000'000;
    std::size_t kept_bytes = std::size_t{256} << 20;
  };

  LocalExchange();
  explicit LocalExchange(const Limits& limits);
  ~LocalExchange() override;

  void attach(WorkerIndex worker, Post& post) override;

  void claim(const Topic& topic, SessionId who, Taken when_taken, std::function<void(Claim)> done) override;
  void take_over(const Topic& topic, SessionId who, SessionId dead, std::function<void(Claim)> done) override;
  void ending(const Topic& topic, SessionId who) override;
  void release(const Topic& topic, SessionId who) override;
  /// A `session/<id>` counts as present when the id is well formed: only its worker knows whether it still lives.
  void present(const Topic& topic, std::function<void(bool)> done) override;

  std::uint64_t listen(const Topic& topic, WorkerIndex worker) override;
  void unlisten(const Topic& topic, WorkerIndex worker) override;
  std::uint64_t sequence(const Topic& topic) override;
  Result<std::size_t> publish(const Topic& topic, FramePtr frame, const Sending& sending) override;
  std::vector<Kept> kept(const Topic& topic, std::uint64_t up_to) override;

  void direct(Direct direct) override;

 private:
  struct Joined;
  /// Keys are views of the text that the entry itself owns.
  using JoinedTopics = std::unordered_map<std::string_view, Joined>;
  struct Claimed {
    std::shared_ptr<const std::string> key;
    SessionId owner;
    bool is_ending = false;
  };

  Joined& joined(const Topic& topic);
  void drop_if_idle(JoinedTopics::iterator at);
  void forget(Joined& topic, const std::string& key);
  Result<void> keep(Joined& topic, const FramePtr& frame, const Sending& sending);
  /// Posts under the lock: the Post is a mailbox.
  std::size_t post(Direct direct);
  Result<std::size_t> publish_joined(const Topic& topic, FramePtr frame, const Sending& sending);

  const Limits limits_;
  std::mutex mutex_;
  std::vector<Post*> posts_;  ///< by worker
  std::unordered_map<std::string_view, Claimed> claims_;
  JoinedTopics topics_;
  std::uint64_t sequence_ = 0;
  std::size_t kept_frames_ = 0;
  std::size_t kept_bytes_ = 0;
};

}  // namespace polygate
