// From polling to a WebSocket, without loss, reordering or delay (engine.io-protocol, "Upgrade").
#include <algorithm>
#include <utility>

#include "gateway/transport/engine.h"
#include "gateway/transport/worker.h"
#include "gateway/wire/websocket_frame.h"

namespace polygate::transport {

void Engine::upgrade(const EngineInput& input) {
  if (over_ || closing_ || input.revision != revision_) {
    SocketCommand command{SocketCommand::Kind::refuse, input.from};
    command.text = over_ || closing_ ? EngineRefusal::sid().message : EngineRefusal::request().message;
    return worker_->command(std::move(command));
  }
  SocketCommand command{websocket_ || upgrade_ ? SocketCommand::Kind::busy : SocketCommand::Kind::accept, input.from};
  if (!websocket_ && !upgrade_) {
    upgrade_ = std::make_unique<Upgrade>(Upgrade{input.from, false, worker_->now() + settings().upgrade_within});
    worker_->arm(*this);
  }
  worker_->command(std::move(command));
}

void Engine::probe_message(bool text, std::string_view bytes) {
  if (text && bytes == "2probe" && !upgrade_->probed) {
    SocketCommand command{SocketCommand::Kind::say, upgrade_->socket};
    wire::append_frame(command.text, wire::Opcode::text, "3probe");
    worker_->command(std::move(command));
    upgrade_->probed = true;
    release_poll();  // the client pauses polling, and for that its poll must end; later ones are released too
  } else if (text && bytes == "5" && upgrade_->probed) {
    complete_upgrade();
  } else {
    abandon_upgrade();
  }
}

void Engine::complete_upgrade() {
  socket_ = upgrade_->socket;
  upgrade_.reset();
  release_poll();
  websocket_ = true;
  if (polling_->post) answer(*polling_->post, post_answer());
  bool fits = true;
  while (!polling_->pending.empty()) {
    const Pending next = take_pending();
    fits = to_websocket(next.frame, next.space) && fits;
  }
  polling_.reset();
  const auto asks = [](const auto& space) { return space->tells_drained; };
  if (std::any_of(spaces_.begin(), spaces_.end(), asks)) ask_for_drained();
  heard();
  if (!fits) {
    close(1013, "slow consumer: limit outbox_bytes");
  } else if (close_code_) {
    close(*close_code_, std::string(close_reason_));
  }
}

/// The WebSocket goes, polling goes on.
void Engine::abandon_upgrade() {
  SocketCommand command{SocketCommand::Kind::close, upgrade_->socket};
  upgrade_.reset();
  worker_->command(std::move(command));
}

}  // namespace polygate::transport
