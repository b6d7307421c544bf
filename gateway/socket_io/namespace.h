#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/dialect/socket_io_packet.h"
#include "gateway/routing/frame.h"
#include "gateway/routing/ids.h"
#include "gateway/session/carrier.h"

namespace polygate::socket_io {

class Client;

/// A packet to the client, as a frame.
FramePtr frame_of(Type type, std::string_view name_space, std::string_view json);

/// A namespace that a client is on: carries the session behind it.
class Namespace final : public session::Carrier {
 public:
  enum class State : std::uint8_t {
    opening,  ///< what is said waits behind the answer to its connect
    open,
    ending,  ///< the session has said goodbye
    over,
  };

  Namespace(Client& of, std::string named, std::uint16_t at) : name(std::move(named)), index(at), client_(of) {}

  bool push(FramePtr frame) override;
  bool has_room() const override;
  void tell_when_drained() override;
  void resume_input() override;
  void close(const session::Farewell& farewell) override;
  void probe() override;
  void let_go() override;

  bool is_live() const { return state == State::opening || state == State::open; }

  const std::string name;     ///< with its slash
  const std::uint16_t index;  ///< among the client's: the scope of what is said there
  SessionId session;          ///< none: not yet, or no more
  State state = State::opening;
  bool is_full = false;    ///< the session has said so, and not yet that it can take messages again
  bool is_probed = false;  ///< it wants a sign of life
  bool asks_for_drained = false;
  bool takes_rest = false;      ///< ending; what was read before is still taken
  std::vector<FramePtr> early;  ///< said while it is opening

 private:
  Client& client_;
};

}  // namespace polygate::socket_io
