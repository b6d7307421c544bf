#pragma once
#include <cstdint>
#include <functional>
#include <variant>

#include "gateway/net/inbox.h"
#include "gateway/net/peer_address.h"

namespace polygate::net {

using Task = std::function<void()>;

/// What a worker tells the acceptor about a connection that it was dealt.
struct Progress {
  enum class Kind : std::uint8_t { established, ended };
  Kind kind = Kind::ended;
  bool was_established = false;  ///< when it ended
  std::uint16_t worker = 0;
  PeerAddress peer;
};

using AcceptorLetter = std::variant<Progress, Task>;
using AcceptorInbox = Inbox<AcceptorLetter>;

}  // namespace polygate::net
