#pragma once
#include <cstddef>
#include <mutex>
#include <string_view>
#include <unordered_map>

#include "gateway/base/clock.h"
#include "gateway/routing/exchange.h"
#include "gateway/routing/kept_messages.h"

namespace polygate {

/// The Exchange of one process: everything in memory behind one mutex, held for a few hash operations and for posting
/// to the listening workers, so that each worker hears a topic's frames in the order of their sequence. Nothing is
/// encoded under it. `done` callbacks are called before the call returns, outside the lock. Sequences come from one
/// counter for all topics: a topic that vanishes and comes back can never mistake an old frame, still on its way, for a
/// new one.
class LocalExchange final : public Exchange {
 public:
  /// What kept messages may take in all topics together.
  static constexpr std::size_t kKeptBytes = std::size_t{256} << 20;

  explicit LocalExchange(const Clock& clock, std::size_t kept_bytes = kKeptBytes);
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
  Published publish(const Topic& topic, FramePtr frame, const Sending& sending) override;
  std::vector<Kept> kept(const Topic& topic, const KeptRange& range) override;
  bool await_eased(WorkerIndex worker, WorkerIndex who) override;
  void let_go() override;

  void direct(Direct direct) override;

  /// What each profile's topics keep now, and what they could not.
  KeptMessages::Meters kept_meters();

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
  /// Posts under the lock: the Post is a mailbox.
  Published post(Direct direct);
  Published publish_joined(const Topic& topic, const FramePtr& frame, const Sending& sending);
  /// The time, where anything that is kept has an age.
  Instant let_some_go(std::size_t at_most);

  const Clock& clock_;
  std::mutex mutex_;
  std::vector<Post*> posts_;  ///< by worker
  std::unordered_map<std::string_view, Claimed> claims_;
  JoinedTopics topics_;  ///< that somebody listens to
  KeptMessages kept_;
  std::uint64_t sequence_ = 0;
};

}  // namespace polygate
