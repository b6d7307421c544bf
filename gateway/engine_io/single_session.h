#pragma once
#include <memory>
#include <string>

#include "gateway/engine_io/socket.h"
#include "gateway/engine_io/user.h"
#include "gateway/session/carrier.h"

namespace polygate::engine_io {

/// Engine.IO alone: every message is one of the only session, which begins with the socket and ends with it.
class SingleSession final : public User, private session::Carrier {
 public:
  /// `identity` is what the handshake's token said.
  SingleSession(Socket& socket, session::Opening opening, auth::IdentityPtr identity);

  void opened() override;
  void message(const Packet& packet) override;
  bool is_full() const override { return full_; }
  void heard() override;
  void too_slow() override;
  void drained() override;
  bool asks_for_drained() const override { return asks_for_drained_; }
  void settle() override;
  void closing(session::Gone why) override;
  void closed(session::Gone why, bool broken) override;
  std::string_view scope(std::uint16_t) const override { return "/"; }
  std::optional<std::size_t> gathered() const override { return std::nullopt; }
  std::string_view address() const override { return address_; }
  Instant due() const override { return Instant::max(); }
  void time_is_over() override {}
  void arrived() override {}

 private:
  // session::Carrier
  bool push(FramePtr frame) override { return socket_.push(std::move(frame), 0); }
  bool has_room() const override { return socket_.has_room(); }
  void tell_when_drained() override;
  void resume_input() override;
  void close(const session::Farewell& farewell) override;
  void probe() override;
  void let_go() override;

  session::SessionTable& sessions() { return socket_.host().sessions(); }

  Socket& socket_;
  std::string address_;
  std::unique_ptr<session::Opening> opening_;  ///< until it is opened
  auth::IdentityPtr identity_;
  SessionId session_;  ///< none: not yet, or no more
  bool full_ = false;
  bool is_probed_ = false;
  bool asks_for_drained_ = false;
  bool takes_rest_ = false;  ///< it has said goodbye; what was read before is still taken
  bool is_ending_ = false;   ///< it has said goodbye
};

}  // namespace polygate::engine_io
