// Between engines and their connections: called at once on the same worker, by letter on another.
#include <algorithm>
#include <utility>

#include "gateway/transport/worker.h"

namespace polygate::transport {

void Worker::attend_to(Engine& engine) {
  if (!std::exchange(engine.in_attention, true)) engines_attention_.push_back(engine.id());
}

void Worker::attend_to_engines() {
  std::swap(engines_attending_, engines_attention_);
  for (const EngineId& id : engines_attending_) {
    Engine* engine = engines_.find(id);
    if (engine == nullptr) continue;
    engine->in_attention = false;
    if (const auto to = engine->leaves_for()) {
      inbox_of(*to).put(engines_.take(*engine, *to));
    } else if (!engine->attend()) {
      engines_.free(*engine);
      if (id.worker != index_) tell_it_is_over(id);
    }
  }
  engines_attending_.clear();
}

void Worker::tell_it_is_over(const EngineId& engine) {
  EngineInput over;
  over.kind = EngineInput::Kind::over;
  over.to = engine;
  tell(std::move(over));
}

void Worker::adopt(std::unique_ptr<Engine> engine) {
  Engine& here = engines_.adopt(std::move(engine));
  here.arrive(*this);
  if (drain_) here.drain_at(now());
}

bool Worker::message(Connection& connection, const EngineId& to, bool text, std::string_view bytes) {
  const SocketRef from{index_, connection.id()};
  if (to.worker == index_) {
    Engine* engine = engines_.find(to);
    if (engine != nullptr) return engine->message(from, text, bytes);
    if (!engines_.moved_to(to)) return true;
  }
  EngineInput input;
  input.kind = EngineInput::Kind::message;
  input.to = to;
  input.from = from;
  input.text = text;
  input.bytes = bytes;
  tell(std::move(input));
  return false;  // the engine says when it has taken it
}

/// By way of the worker that the engine's id names, from wherever: what one connection says stays in order. An end is
/// behind all that other workers have told before: a poll that ends after a POST does not end the session before it.
void Worker::tell(EngineInput input) {
  const WorkerIndex to = input.to.worker;
  if (!knows(to) || (to == index_ && input.kind != EngineInput::Kind::closed)) return hear(std::move(input));
  inbox_of(to).put(std::make_unique<EngineInput>(std::move(input)));
}

void Worker::hear(EngineInput input) {
  using Kind = EngineInput::Kind;
  if (input.kind == Kind::over) return engines_.forget(input.to);
  if (Engine* engine = engines_.find(input.to)) {
    if (input.profile == nullptr || engine->is_of(input.profile)) return engine->input(input);
  } else if (const auto to = engines_.moved_to(input.to)) {
    return inbox_of(*to).put(std::make_unique<EngineInput>(std::move(input)));
  }
  // Nobody has this id (any more).
  if (input.kind != Kind::request && input.kind != Kind::upgrade && input.kind != Kind::message) return;
  SocketCommand answer;
  answer.to = input.from;
  if (input.kind == Kind::request) {
    answer.kind = SocketCommand::Kind::answer;
    answer.response = std::make_unique<http::Response>(refusal(EngineRefusal::sid()));
  } else if (input.kind == Kind::upgrade) {
    answer.kind = SocketCommand::Kind::refuse;
    answer.text = EngineRefusal::sid().message;
  } else {
    answer.kind = SocketCommand::Kind::resume;
  }
  command(std::move(answer));
}

void Worker::command(SocketCommand command) {
  const WorkerIndex to = command.to.worker;
  if (to != index_) return inbox_of(to).put(std::make_unique<SocketCommand>(std::move(command)));
  if (Connection* connection = find(command.to.connection)) connection->obey(command);
}

bool Worker::has_room(const SocketRef& socket) {
  const Connection* connection = socket.worker == index_ ? find(socket.connection) : nullptr;
  return connection != nullptr && connection->has_room();
}

bool Worker::send_frame(const SocketRef& to, FramePtr frame, std::string_view bytes) {
  if (to.worker == index_) {
    Connection* connection = find(to.connection);
    return connection == nullptr || connection->push(std::move(frame), bytes);
  }
  SocketCommand command;
  command.kind = SocketCommand::Kind::frame;
  command.to = to;
  command.frame = std::move(frame);
  command.bytes = bytes;
  relay(std::move(command));
  return true;
}

/// While so much waits there that this worker has relayed, it reads nothing more that is published: then more is not
/// relayed, and those who publish pause in turn. What was relayed is always read, so no two wait for each other.
void Worker::relay(SocketCommand command) {
  const WorkerIndex to = command.to.worker;
  const std::size_t weight = command.weight();
  if (!inbox_of(to).relay(std::make_unique<SocketCommand>(std::move(command)), weight, index_)) return;
  if (std::find(relays_wait_.begin(), relays_wait_.end(), to) == relays_wait_.end()) relays_wait_.push_back(to);
}

}  // namespace polygate::transport
