#pragma once
#include <cstdint>
#include <memory>
#include <utility>

#include "gateway/net/acceptor_inbox.h"

namespace polygate::net {

/// What a connection takes of the acceptor's limits, from its first byte until the last session that came by it is
/// done. Shared by these; tells the acceptor when the last of them lets go.
class Place {
 public:
  Place(std::shared_ptr<AcceptorInbox> acceptor, WorkerIndex worker, const PeerAddress& peer)
      : acceptor_(std::move(acceptor)), worker_(worker), peer_(peer) {}
  ~Place() { tell(Progress::Kind::ended); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  const PeerAddress& peer() const { return peer_; }
  /// The first complete request has come.
  void established() {
    if (!std::exchange(established_, true)) tell(Progress::Kind::established);
  }

 private:
  void tell(Progress::Kind kind) const { acceptor_->leave(Progress{kind, established_, worker_, peer_}); }

  const std::shared_ptr<AcceptorInbox> acceptor_;
  const WorkerIndex worker_;
  const PeerAddress peer_;
  bool established_ = false;
};

}  // namespace polygate::net
