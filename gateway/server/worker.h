#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "gateway/net/event_loop.h"
#include "gateway/server/connections.h"
#include "gateway/server/letters.h"
#include "gateway/server/mailbox_post.h"
#include "gateway/server/meter.h"
#include "gateway/server/shared.h"
#include "gateway/server/slice.h"
#include "gateway/server/socket_host.h"
#include "gateway/session/session_table.h"

namespace polygate::server {

/// One thread with everything that its connections need: event loop, sockets, sessions. Made and destroyed on the main
/// thread; start() and join() there too. Other threads reach it through inbox() only.
///
/// A turn of its loop: timers, then whatever the sockets bring, then before_wait(): letters, a slice of them at most,
/// and at last each connection that has something to write does so once, whatever it was that filled its outbox in this
/// turn.
class Worker final : private net::LoopHandler {
 public:
  Worker(WorkerIndex index, const Shared& shared);
  ~Worker() override;

  Result<void> set_up();
  /// Runs the thread; returns when it listens to its inbox.
  void start(std::shared_ptr<net::AcceptorInbox> acceptor);
  /// After a Task called stop().
  void join();
  const std::shared_ptr<WorkerInbox>& inbox() const { return inbox_; }
  Post& post() { return post_; }

  // On its own thread, from a Task.
  void take_started(session::SessionTable::Started done) { sessions_.start(std::move(done)); }
  void stop();
  /// Says goodbye to every connection, spread over `window`; calls `done` when all sessions are done, at the latest
  /// after `hard_cap`, when the rest is abandoned.
  using Drained = std::function<void(session::Abandoned)>;
  void drain(Millis window, Millis hard_cap, std::uint16_t code, Drained done);
  WorkerMeters meters();

  // For its connections.
  const Shared& shared() const { return shared_; }
  const Settings& settings() const { return shared_.settings; }
  Log& log() const { return *shared_.services.log; }
  Instant now() const { return shared_.services.clock->now(); }
  session::SessionTable& sessions() { return sessions_; }
  ServerMeter& meter() { return meter_; }
  Connections& connections() { return connections_; }
  SocketHost& sockets() { return sockets_; }
  /// Between four fifths of `interval` and all of it: many peers do not answer at once, and none later than promised.
  Millis jittered(Millis interval);
  bool draining() const { return drain_.has_value(); }
  std::uint16_t drain_code() const { return drain_ ? drain_->code : 1001; }
  Output::Shared& output() { return output_; }
  void note_close(std::uint16_t code, std::string_view why, const std::string& address);

  WorkerIndex index() const { return index_; }
  bool knows(WorkerIndex worker) const { return worker < shared_.inboxes.size(); }
  WorkerInbox& inbox_of(WorkerIndex worker) const { return *shared_.inboxes[worker]; }

 private:
  struct Draining {
    Instant until;
    std::uint16_t code = 1001;
    Drained done;
  };

  // net::LoopHandler
  void woken() override;
  void before_wait() override;
  void ticked() override;
  void timer_is_due() override;

  bool take_letters(Slice& slice);
  void read(WorkerLetter& letter);
  void read(WorkerParcel& parcel);
  void note_pressed();
  void arm_sessions();
  void finish_drain(session::Abandoned left);
  void measure_lag(std::uint64_t now);

  const WorkerIndex index_;
  const Shared& shared_;
  std::shared_ptr<WorkerInbox> inbox_;
  MailboxPost post_;
  std::shared_ptr<net::AcceptorInbox> acceptor_;
  std::unique_ptr<net::EventLoop> loop_;
  session::SessionTable sessions_;
  SocketHost sockets_;
  ServerMeter meter_;
  Output::Shared output_{meter_};
  Connections connections_;
  std::minstd_rand random_;
  WorkerInbox::Hand hand_;
  bool has_echoed_ = false;  ///< a session has heard itself and went on: what it says next may be for the same write
  std::optional<Draining> drain_;
  std::optional<Instant> sessions_due_;  ///< for when the timer is set
  std::uint64_t last_tick_ = 0;          ///< nanoseconds
  std::uint64_t pressed_since_ = 0;      ///< nanoseconds; 0: it is not pressed
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace polygate::server
