#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/routing/attendance.h"
#include "gateway/routing/deed_table.h"
#include "gateway/routing/done.h"
#include "gateway/routing/frame.h"
#include "gateway/routing/ids.h"
#include "gateway/routing/kept.h"
#include "gateway/routing/line_table.h"
#include "gateway/routing/order.h"
#include "gateway/routing/position.h"
#include "gateway/routing/rates.h"
#include "gateway/routing/topic.h"

namespace polygate {

/// What to do when somebody else holds a claim.
enum class Taken : std::uint8_t {
  refuse,   ///< the newcomer fails with `taken`
  probe,    ///< ask the owner for a sign of life; when none comes, take over
  replace,  ///< the newcomer gets it; the old owner loses it and is closed
};

/// What one worker tells another: the frame, or the order, for everyone on a topic who lives there.
struct Delivery {
  std::shared_ptr<const std::string> topic;  ///< the key
  Position position;                         ///< a member that joined at or after it has it already
  FramePtr frame;
  SessionId except;  ///< gets nothing; unset for "everyone"
  OrderPtr order{};  ///< instead of a frame
};

/// What is asked of one session, wherever it lives.
struct Direct {
  enum class Kind : std::uint8_t {
    order,  ///< obey it, with the conditions of a frame
    frame,  ///< send it, if it holds `fence`, where there is one, and if `topic`, where there is one, is of its profile
    evict,  ///< `fence`, its claim on `topic`, went to another: forget it and close with `taken`
    probe,  ///< show a sign of life to `asker`, who wants `topic`
    alive,  ///< the answer to a probe
    dead,   ///< the answer for a session that is no more, or will be, with a fence, when its claim was waited for
  };
  Kind kind = Kind::frame;
  SessionId to;
  FramePtr frame;
  std::shared_ptr<const std::string> topic;
  SessionId asker;
  Fence fence = 0;
  OrderPtr order{};
};

/// How the Exchange reaches the workers. One per worker, thread-safe, implemented by the mailbox.
class Post {
 public:
  virtual ~Post() = default;
  /// Nothing is refused. True: so much waits there that whoever sent it should pause.
  virtual bool deliver(Delivery delivery) = 0;
  virtual bool direct(Direct direct) = 0;
  /// `who` is told (SessionTable::eased) when that is over. False: it is.
  virtual bool await_eased(WorkerIndex who) = 0;
  /// On the worker's own thread, soon: the way of an answer that is late.
  virtual void run(std::function<void()> task) = 0;
  /// The same, behind what was delivered so far.
  virtual void run_behind(Done<> task) = 0;
};

/// Hears on its worker's thread who came to topics, and who went. For each topic what it hears alternates: somebody is
/// there, nobody is there any more.
class Watcher {
 public:
  virtual ~Watcher() = default;
  virtual void heard(const std::vector<Attendance::Change>& changes) = 0;
};

/// Claims and topics: all that workers share. Thread-safe; called by workers alone. Every answer may be late: `done` is
/// called on the caller's own thread, before the call returns (it is, in memory) or later. One implementation in this
/// process (LocalExchange); one over a network may stand beside it without anything above noticing. What each keeps:
///
/// 1. The calls of one worker take effect in their order, and are answered in it (but for echo()).
/// 2. A topic has one order that all its listeners on a node hear.
/// 3. A join is a cut: what is kept was published up to its position, what is heard live comes later; nothing comes
///    twice, nothing is missing.
/// 4. With (1) and (3): who asks to join and publishes behind it, without waiting, hears the message once.
/// 5. Positions grow, and a new epoch means that there may be a gap.
/// 6. Fences grow, and a frame for a claimed topic is given only to who holds its fence.
/// 7. Answers come on the caller's worker.
/// 8. Who waits for a claim of an ending owner gets it before whoever asks later.
/// 9. With (1): who hears that somebody came finds them there. What a watcher hears of one topic alternates.
/// 10. A line is one turn's at a time, in the order in which they lined up; later calls may be answered before it.
///    With (1): who hears that it is its turn finds done what the one before it had asked for.
/// 11. A deed is under way with one at a time; who is told that it has ended knows that everybody else finds so.
class Exchange {
 public:
  virtual ~Exchange() = default;

  /// Workers must be known before the first session. `post` outlives the Exchange's last call.
  virtual void attach(WorkerIndex worker, Post& post) = 0;

  struct Claim {
    bool gained = false;
    Fence fence = 0;  ///< of whoever holds it now
    SessionId owner;  ///< the same
    /// Its connection is over, and its last rules are still to be taken, or others wait for that: who asked now waits
    /// behind them, and is told (Direct::Kind::dead with this fence) when to call take_over().
    bool is_ending = false;
    std::vector<OrderPtr> orders{};  ///< that stand for whoever gains it by a turn that began before them
  };
  /// Who loses it by `replace` is told.
  virtual void claim(const Topic& topic, SessionId who, Taken when_taken, Done<Claim> done) = 0;
  /// Takes `topic` over from the holder of `dead`, if that still holds it: the end of a probe without an answer, or of
  /// a wait. Else it is a claim like any other.
  virtual void take_over(const Topic& topic, SessionId who, Fence dead, Taken when_taken, Done<Claim> done) = 0;
  /// `who` waits no longer.
  virtual void withdraw(const Topic& topic, SessionId who) = 0;
  /// The connection of the holder of `fence` is over: newcomers are told, and wait for its last rules.
  virtual void ending(WorkerIndex caller, const Topic& topic, Fence fence) = 0;
  /// Gives a claim back; nothing happens when `fence` does not hold it any more.
  virtual void release(WorkerIndex caller, const Topic& topic, Fence fence, Done<> done) = 0;
  /// Is anyone on the topic?
  virtual void present(WorkerIndex caller, const Topic& topic, Done<bool> done) = 0;

  /// Charges a rate that all workers share; the answer is as in Rates::charge().
  virtual void charge(WorkerIndex caller, const Charge& charge, Done<Millis> done) = 0;

  /// Answered with true when it is its turn, however late that is, with false when `most` wait there already.
  virtual void line_up(const InLine& who, std::size_t most, Done<bool> done) = 0;
  /// It has had its turn, or waits for it no longer; the next one comes. Nothing happens when it stands there no more.
  virtual void step_out(const InLine& who) = 0;

  /// Somebody is to do what is done once; the answer is as in DeedTable::begin(). Who begins it ends it.
  virtual void begin_deed(WorkerIndex caller, const Deed& deed, Done<DeedTable::Found> done) = 0;
  virtual void end_deed(WorkerIndex caller, const Deed& deed, DeedResult result, Done<> done) = 0;

  /// A session on `caller` joins: the worker hears the topic from now on.
  struct Joined {
    Position position;
    KeptPart kept;                   ///< up to there
    std::vector<OrderPtr> orders{};  ///< that stand for whoever joins by a turn that began before them
  };
  using AllJoined = std::vector<Joined>;  ///< in the order in which they were named
  /// Of what is kept no more comes with the answer once it weighs `weight`, all topics together: kept() tells the rest.
  virtual void join(WorkerIndex caller, std::vector<Topic> topics, std::size_t weight, Done<AllJoined> done) = 0;
  /// The worker's last session on the topic leaves.
  virtual void leave(WorkerIndex caller, const Topic& topic, Done<> done) = 0;
  /// More of what the topic keeps. What was replaced or forgotten meanwhile is not there: the members heard why.
  virtual void kept(WorkerIndex caller, const Topic& topic, const KeptRange& range, Done<KeptPart> done) = 0;
  /// What the message says that the topic keeps under `key`; null where it keeps none, or none that has data.
  virtual void recall(WorkerIndex caller, const Topic& topic, const std::string& key, Done<KeptData> done) = 0;

  /// One message: to everyone on a joined topic, to the owner of a claimed one, to the session of `session/<id>`.
  struct Sending {
    Topic topic;
    FramePtr frame;
    SessionId except;
    std::vector<std::string> forget;  ///< keys that the topic keeps no longer; before `keep`
    std::optional<Keep> keep;
    OrderPtr order{};  ///< instead of a frame; nothing is kept or forgotten then
  };
  using Batch = std::vector<Sending>;
  struct NotKept {
    Topic topic;
    KeptLimit limit;       ///< that was met
    bool refused = false;  ///< nobody heard it
  };
  struct Published {
    std::size_t handed = 0;         ///< to so many workers or sessions; 0 = nobody is there
    std::vector<NotKept> not_kept;  ///< what should have stayed
    std::vector<WorkerIndex>
        pressed;  ///< so much waits for them that the sender should pause; each tells when it is over
  };
  /// All that one turn sends, judged and done at one moment; it reaches each worker in its order. Whether something can
  /// be kept changes nothing for those who are there, unless it refuses to go out otherwise.
  virtual void publish(WorkerIndex caller, Batch batch, Done<Published> done) = 0;

  /// Answers when the caller has read what of its earlier calls was for itself.
  virtual void echo(WorkerIndex caller, Done<> done) = 0;

  /// How many orders were given: a turn that began now obeys, on topics that it joins, those with a greater number. At
  /// once, from any thread.
  virtual std::uint64_t ordered() const = 0;

  /// Gives back some of what is too old to be kept. Somebody calls it every now and then.
  virtual void let_go() = 0;

  virtual void direct(WorkerIndex caller, Direct direct) = 0;

  /// A share of the topics is watched there from now on. Like attach(): before the first session, and `watcher`
  /// outlives the last call.
  virtual void watch(WorkerIndex worker, Watcher& watcher) = 0;
  /// On a topic that is watched: the caller's first session is there, or one has the claim.
  virtual void came(WorkerIndex caller, const Topic& topic, AttendeePtr who) = 0;
  /// Its last one is no longer, or that one has it no more. Each came() has its went().
  virtual void went(WorkerIndex caller, const Topic& topic, AttendeePtr who) = 0;
};

}  // namespace polygate
