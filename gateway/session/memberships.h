#pragma once
#include <vector>

#include "gateway/session/common.h"
#include "gateway/session/hearing.h"
#include "gateway/session/local_topics.h"
#include "gateway/session/replayer.h"
#include "gateway/session/sessions.h"

namespace polygate::session {

/// Which sessions of one worker are on which topics, and what comes from there. One session joins at a time: join() for
/// each topic, then ask(), and arrive() with the answer.
class Memberships {
 public:
  Memberships(Common& common, Sessions& sessions, Replayer& replayer, Hearing& hearing)
      : common_(common), sessions_(sessions), replayer_(replayer), hearing_(hearing) {}

  /// It is a member from now on; what it hears is known when ask() is answered.
  void join(Session& session, const Topic& topic, bool built_in);
  /// What has been ordered until now: see Exchange.
  std::uint64_t ordered() const { return common_.services.exchange->ordered(); }
  bool has_to_ask() const { return !to_join_.empty(); }
  /// For all that join() was called for. A session has one such question open at a time.
  void ask(const Session& session, Done<Exchange::AllJoined> done);
  /// The answer to that. Returns what is to be replayed; until that is done nothing else may come.
  static std::vector<Replays::One> arrive(Session& session, Exchange::AllJoined& all);
  /// It does not matter any more what is answered.
  static void arrive(Session& session);

  void leave(Session& session, Membership& membership, Done<> done);
  void leave_all(Session& session);

  /// Who of this worker is on the topic.
  std::vector<SessionId> on(const Topic& topic);
  /// What was published on a topic, from the worker's mailbox.
  void deliver(const Delivery& delivery);

 private:
  Common& common_;
  Sessions& sessions_;
  Replayer& replayer_;
  Hearing& hearing_;
  LocalTopics topics_;
  std::vector<Topic> to_join_;  ///< by what is in hand
  std::vector<Topic> firsts_;   ///< of these: nobody else of this worker was there
};

}  // namespace polygate::session
