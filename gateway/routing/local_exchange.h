#pragma once
#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/routing/claim_table.h"
#include "gateway/routing/deed_table.h"
#include "gateway/routing/exchange.h"
#include "gateway/routing/kept_messages.h"
#include "gateway/routing/line_table.h"
#include "gateway/routing/standing_orders.h"

namespace polygate {

/// The Exchange of one process: everything in memory behind one mutex, held for a few hash operations and for posting
/// to the listening workers, so that each worker hears a topic's frames in the order of their positions. Nothing is
/// encoded under it. Every `done` is called before the call returns, outside the lock, but that of who waits in line.
/// Positions come from one counter for all topics: a topic that vanishes and comes back can never mistake an old frame,
/// still on its way, for a new one. The epoch is the time when it was made, and fences begin there: both go on growing
/// when the process comes back.
class LocalExchange final : public Exchange {
 public:
  /// What kept messages may take in all topics together.
  static constexpr std::size_t kKeptBytes = std::size_t{256} << 20;

  explicit LocalExchange(const Clock& clock, std::size_t kept_bytes = kKeptBytes);
  ~LocalExchange() override;

  void attach(WorkerIndex worker, Post& post) override;

  void claim(const Topic& topic, SessionId who, Taken when_taken, Done<Claim> done) override;
  void take_over(const Topic& topic, SessionId who, Fence dead, Taken when_taken, Done<Claim> done) override;
  void withdraw(const Topic& topic, SessionId who) override;
  void ending(WorkerIndex caller, const Topic& topic, Fence fence) override;
  void release(WorkerIndex caller, const Topic& topic, Fence fence, Done<> done) override;
  /// A `session/<id>` counts as present when the id is well formed: only its worker knows whether it still lives.
  void present(WorkerIndex caller, const Topic& topic, Done<bool> done) override;

  void charge(WorkerIndex caller, const Charge& charge, Done<Millis> done) override;
  void line_up(const InLine& who, std::size_t most, Done<bool> done) override;
  void step_out(const InLine& who) override;
  void begin_deed(WorkerIndex caller, const Deed& deed, Done<DeedTable::Found> done) override;
  void end_deed(WorkerIndex caller, const Deed& deed, DeedResult result, Done<> done) override;
  void join(WorkerIndex caller, std::vector<Topic> topics, std::size_t weight, Done<AllJoined> done) override;
  void leave(WorkerIndex caller, const Topic& topic, Done<> done) override;
  void kept(WorkerIndex caller, const Topic& topic, const KeptRange& range, Done<KeptPart> done) override;
  void recall(WorkerIndex caller, const Topic& topic, const std::string& key, Done<KeptData> done) override;
  void publish(WorkerIndex caller, Batch batch, Done<Published> done) override;
  void echo(WorkerIndex caller, Done<> done) override;
  std::uint64_t ordered() const override { return ordered_.load(); }
  void let_go() override;

  void direct(WorkerIndex caller, Direct direct) override;

  void watch(WorkerIndex worker, Watcher& watcher) override;
  void came(WorkerIndex caller, const Topic& topic, AttendeePtr who) override;
  void went(WorkerIndex caller, const Topic& topic, AttendeePtr who) override;

  /// What each profile's topics keep now, and what they could not.
  KeptMessages::Meters kept_meters();

 private:
  struct Listened;
  /// Keys are views of the text that the entry itself owns.
  using Listeners = std::unordered_map<std::string_view, Listened>;
  /// One who watches, with its share of the topics.
  struct Watching {
    WorkerIndex worker = 0;
    Watcher* watcher = nullptr;
    Attendance attendance;
  };

  using Changes = std::vector<std::optional<Merged>>;  ///< like the batch: of what changes a part of what is kept

  // Under the lock, all but merge(). They post there, too: the Post is a mailbox.
  Changes merge(const Batch& batch);
  Listened& listened(const Topic& topic);
  void publish_one(Sending& sending, std::optional<Merged> merged, Published& published);
  void publish_joined(Sending& sending, std::optional<Merged> merged, Published& published);
  bool keep(Sending& sending, std::optional<Merged> merged, Published& published);
  KeptData kept_before(const Sending& sending) const;
  void give(Sending& sending);
  std::vector<OrderPtr> standing(const Topic& topic);
  void post(Direct direct, Published& published);
  Watching& watching(const Topic& topic);
  void wake(Watching& watching);
  /// The time, where anything that is kept has an age.
  Instant let_some_go(std::size_t at_most);
  Position position() const { return {epoch_, number_}; }

  const Clock& clock_;
  const std::uint64_t epoch_;  ///< microseconds since 1970
  std::mutex mutex_;
  std::vector<Post*> posts_;  ///< by worker
  ClaimTable claims_;
  Listeners topics_;  ///< that somebody listens to
  KeptMessages kept_;
  Rates rates_;
  LineTable lines_;
  DeedTable deeds_;
  StandingOrders orders_;
  std::vector<std::unique_ptr<Watching>> watching_;
  std::atomic<std::uint64_t> ordered_{0};  ///< written under the lock
  std::uint64_t number_ = 0;               ///< of what was published last
};

}  // namespace polygate
