#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/routing/frame.h"
#include "gateway/routing/ids.h"
#include "gateway/routing/kept.h"
#include "gateway/routing/topic.h"

namespace polygate {

/// What to do when somebody else holds a claim.
enum class Taken : std::uint8_t {
  refuse,   ///< the newcomer fails with `taken`
  probe,    ///< ask the owner for a sign of life; when none comes, take over
  replace,  ///< the newcomer gets it; the old owner loses it and is closed
};

/// What one worker tells another: the frame for everyone on a topic who lives there.
struct Delivery {
  std::shared_ptr<const std::string> topic;  ///< the key
  std::uint64_t sequence = 0;                ///< of the topic; a member that joined at or after it has it already
  FramePtr frame;
  SessionId except;  ///< gets nothing; unset for "everyone"
};

/// What is asked of one session, wherever it lives.
struct Direct {
  enum class Kind : std::uint8_t {
    frame,  ///< send it, if `topic`, where there is one, is of the session's profile
    evict,  ///< its claim on `topic` went to another: forget it and close with `taken`
    probe,  ///< show a sign of life to `asker`, who wants `topic`
    alive,  ///< the answer to a probe
    dead,   ///< the answer for a session that is no more
  };
  Kind kind = Kind::frame;
  SessionId to;
  FramePtr frame;
  std::shared_ptr<const std::string> topic;
  SessionId asker;
};

/// How the Exchange reaches the workers. One per worker, thread-safe, implemented by the mailbox.
class Post {
 public:
  virtual ~Post() = default;
  /// Nothing is refused. True: so much waits there that whoever sent it should pause.
  virtual bool deliver(Delivery delivery) = 0;
  virtual bool direct(Direct direct) = 0;
  /// `who` is told when that is over. False: it is.
  virtual bool await_eased(WorkerIndex who) = 0;
};

/// Claims and publishes: all that workers share. Thread-safe. Asynchronous in shape: a `done` may be called before the
/// call returns (it is, in memory) or later on the caller's own thread. One implementation in this process
/// (LocalExchange); one over a network may stand beside it without anything above noticing.
class Exchange {
 public:
  struct Claim {
    bool gained = false;
    SessionId owner;         ///< who holds it now
    bool is_ending = false;  ///< its connection is over, and its last rules are still to be taken
    SessionId evicted;       ///< who lost it to us (`replace`); already told
  };

  virtual ~Exchange() = default;

  /// Workers must be known before the first session. `post` outlives the Exchange's last call.
  virtual void attach(WorkerIndex worker, Post& post) = 0;

  virtual void claim(const Topic& topic, SessionId who, Taken when_taken, std::function<void(Claim)> done) = 0;
  /// Takes `topic` over from `dead`, if that still holds it: the end of a probe without an answer.
  virtual void take_over(const Topic& topic, SessionId who, SessionId dead, std::function<void(Claim)> done) = 0;
  /// The connection of `who`, which holds `topic`, is over: newcomers are told, and wait for its last rules.
  virtual void ending(const Topic& topic, SessionId who) = 0;
  /// Gives a claim back; nothing happens when `who` does not hold it.
  virtual void release(const Topic& topic, SessionId who) = 0;
  /// Is anyone on the topic?
  virtual void present(const Topic& topic, std::function<void(bool)> done) = 0;

  /// A worker's first session joins `topic` / its last one leaves. listen() returns the topic's sequence: frames up to
  /// it were published before. Each further join asks for the sequence alone.
  virtual std::uint64_t listen(const Topic& topic, WorkerIndex worker) = 0;
  virtual void unlisten(const Topic& topic, WorkerIndex worker) = 0;
  virtual std::uint64_t sequence(const Topic& topic) = 0;

  struct Sending {
    SessionId except;
    std::vector<std::string> forget;  ///< keys that the topic keeps no longer; before `keep`
    std::optional<Keep> keep;
  };
  struct Published {
    std::size_t handed = 0;             ///< to so many workers or sessions; 0 = nobody is there
    std::optional<KeptLimit> not_kept;  ///< it should have stayed, and this limit was met
    std::vector<WorkerIndex> pressed;   ///< so much waits for them that the sender should pause
  };
  /// To everyone on a joined topic, to the owner of a claimed one, to the session of `session/<id>`. Whether it can be
  /// kept changes nothing for those who are there.
  virtual Published publish(const Topic& topic, FramePtr frame, const Sending& sending) = 0;
  /// The worker `who` is told (SessionTable::eased) when `worker` is pressed no longer. False: it is not now.
  virtual bool await_eased(WorkerIndex worker, WorkerIndex who) = 0;
  /// What the topic keeps, in the order of publishing, as far as `up_to`.
  virtual std::vector<Kept> kept(const Topic& topic, const KeptRange& range) = 0;
  /// Gives back some of what is too old to be kept. Somebody calls it every now and then.
  virtual void let_go() = 0;

  virtual void direct(Direct direct) = 0;
};

}  // namespace polygate
