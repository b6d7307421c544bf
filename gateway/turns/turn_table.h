#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/base/slot_map.h"
#include "gateway/base/timer_queue.h"
#include "gateway/routing/deed_table.h"
#include "gateway/store/once.h"
#include "gateway/turns/services.h"
#include "gateway/turns/turn.h"

namespace polygate::turns {

/// All turns of one worker: takes each through its rule, asks what the rule wants to know, and keeps it while an answer
/// is open. One thread; answers of handlers reach it by Services::post.
class TurnTable {
 public:
  /// What becomes of turns. Called by take(), answered() and tick(); none may take another turn before it returns.
  class Ends {
   public:
    virtual ~Ends() = default;
    /// The rule is done: its verdict and its effects are there. The turn goes on until all that is asked meanwhile, and
    /// told to expect(), has come.
    virtual void done(Turn& turn) = 0;
    /// That is so. The turn is gone when this returns.
    virtual void happened(Turn& turn) = 0;
    /// Its handler is late: verdict and effects are what the requester hears. The turn goes on for nobody.
    virtual void overdue(Turn& turn, const Failure& why) = 0;
    /// A turn that had waited is gone or overdue: its requester may go on.
    virtual void go_on(SessionId requester) = 0;
  };

  TurnTable(WorkerIndex worker, const Services& services, Ends& ends)
      : worker_(worker), services_(services), ends_(ends) {}

  /// A turn without a rule yet. It is to be given to take() or to drop().
  Turn& begin(std::uint16_t profile);
  void drop(Turn& turn);
  /// Takes it as far as it goes. It waits afterwards, or is gone.
  void take(Turn& turn);
  /// The turn ends no sooner than came() is called for this answer, too.
  TurnId expect(Turn& turn);
  void came(TurnId id);
  Turn* find(TurnId id);

  /// Whether the owner of the claim that it waits for is alive; nothing happens when it waits for something else.
  void owner_answered(TurnId id, const Direct& answer);
  /// The connection of its sender is over: whoever wants what it claims waits for the sender's last rules.
  void sender_ends(TurnId id);
  /// Its sender can wait no longer. True when it waits for its handler: it goes on for nobody, and its effects are what
  /// others see of it; otherwise it has failed, with `busy`, and is gone, or what it does happens already.
  bool abandon(TurnId id);

  void tick(Instant now);
  std::optional<Instant> next_due() const { return timers_.next(); }
  std::size_t size() const { return slots_.size(); }
  /// For holding outgoing data against its schema.
  json::Document& scratch() { return scratch_; }

 private:
  class Desk;

  bool advance(Turn& turn);
  bool came(Turn& turn);
  void finish(Turn& turn);
  void answered(TurnId id, std::uint32_t question, rules::Answer answer);
  struct Wanted {
    Topic topic;
    SessionId who;
    Taken when_taken;
  };
  void claim_answer(TurnId id, std::uint32_t question, const Wanted& wanted, const Exchange::Claim& claim);
  void wait_for_owner(Turn& turn, const Topic& topic, const Exchange::Claim& held);
  void take_over(Turn& turn);
  void line_answer(TurnId id, std::uint32_t question, bool its_turn);
  void deed_answer(TurnId id, std::uint32_t question, const Deed& deed, const DeedTable::Found& found);
  void recall(Turn& turn);
  void recalled(TurnId id, std::uint32_t question, const Result<std::optional<DoneOnce>>& done);
  void end_deed(Turn& turn, Done<> done);
  void start_clock(Turn& turn);
  void expire(Turn& turn);

  const WorkerIndex worker_;
  const Services& services_;
  Ends& ends_;
  SlotMap<std::unique_ptr<Turn>> slots_;
  std::unique_ptr<Turn> spare_;
  std::uint64_t last_ = 0;
  Turn* advancing_ = nullptr;  ///< its rule is on the stack: answers reach it without being gone on with
  TimerQueue<TurnId> timers_;
  Rates rates_;  ///< of this worker's sessions
  json::Document scratch_;
};

}  // namespace polygate::turns
