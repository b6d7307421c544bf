#pragma once
#include <cstdint>
#include <string>

#include "gateway/routing/ids.h"

namespace polygate::transport {

/// Whoever carries sessions on a worker: see session::Carrier.
class SessionOwner {
 public:
  virtual ~SessionOwner() = default;
  virtual bool owns(SessionId session) const = 0;
  virtual void output(SessionId session) = 0;
  virtual void input(SessionId session) = 0;
  virtual void end(SessionId session, std::uint16_t code, std::string reason) = 0;
  virtual void probe(SessionId session) = 0;
  /// Another owner has the session now.
  virtual void let_go(SessionId session) = 0;
};

}  // namespace polygate::transport
