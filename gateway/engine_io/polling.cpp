// Long polling: requests that wait for packets, and requests that bring them.
#include <utility>

#include "gateway/transport/engine.h"
#include "gateway/transport/worker.h"
#include "gateway/wire/utf8.h"

namespace polygate::transport {
namespace {

using dialect::EngineEncoding;
using engine_io::Payload;
using engine_io::Revision;

/// More in one answer ends the connection of every python-engineio (its `max_decode_packets`).
constexpr std::size_t kMaxPackets = 16;
/// More in one request are no client's.
constexpr std::size_t kMaxPacketsIn = 1'000;

http::Response empty(int status) {
  http::Response response;
  response.status = status;
  response.headers = {{"Cache-Control", "no-store"}};
  return response;
}

EngineEncoding encoding_of(Payload payload) {
  if (payload == Payload::v4) return EngineEncoding::body_v4;
  return payload == Payload::v3_text ? EngineEncoding::body_v3_text : EngineEncoding::body_v3_binary;
}

}  // namespace

void Engine::answer(const SocketRef& to, http::Response response) {
  SocketCommand command{SocketCommand::Kind::answer, to};
  command.response = std::make_unique<http::Response>(std::move(response));
  worker_->command(std::move(command));
}

void Engine::request(const SocketRef& from, EngineRequest& request) {
  if (polling_ && polling_->receiving == from) polling_->receiving.reset();
  if (lost_) worker_->attend_to(*this);
  if (over_) return answer(from, refusal(EngineRefusal::sid()));
  if (websocket_ || request.revision != revision_) return answer(from, refusal(EngineRefusal::request()));
  if (request.method == "GET") return poll(from, request);
  if (request.method == "POST") return post(from, request);
  answer(from, empty(500));
}

void Engine::poll(const SocketRef& from, EngineRequest& request) {
  if (lost_) return answer(from, refusal(EngineRefusal::sid()));
  if (polling_->get) {
    answer(from, empty(400));  // two at once: nobody could say in which order they are answered
    return die(session::Gone::lost);
  }
  polling_->get = from;
  polling_->get_jsonp = std::move(request.jsonp);
  worker_->attend_to(*this);
}

void Engine::begins(const SocketRef& from) {
  if (over_ || websocket_ || lost_ || refuse_second_post(from)) return;
  polling_->receiving = from;
}

/// Of two at once nobody could say which was meant first: both connections end, and so does the session. False: it is
/// the only one.
bool Engine::refuse_second_post(const SocketRef& from) {
  const auto first = polling_->receiving ? polling_->receiving : polling_->post;
  if (!first || *first == from) return false;
  http::Response refused = empty(400);
  refused.close = true;  // its request may be on its way here: it must not be answered twice
  answer(from, std::move(refused));
  if (polling_->receiving) worker_->command({SocketCommand::Kind::close, *first});
  die(session::Gone::lost);
  return true;
}

void Engine::post(const SocketRef& from, EngineRequest& request) {
  if (refuse_second_post(from)) return;
  const bool binary = request.content_type.starts_with("application/octet-stream");
  if (binary && revision_ == Revision::v4) {
    answer(from, empty(400));
    return die(session::Gone::lost);
  }
  if (!take_body(request)) {
    worker_->log().write_rarely("limit message_bytes", Level::info, "request refused",
                                {{"limit", "message_bytes"},
                                 {"bytes", static_cast<std::int64_t>(route_.profile->limits.message_bytes)},
                                 {"profile", route_.profile->name},
                                 {"address", opening_->address}});
    return answer(from, empty(413));
  }
  holds_back_ = is_full();
  if (holds_back_) {
    polling_->post = from;  // TCP cannot push back here: the next request waits for this answer
  } else {
    answer(from, post_answer());
  }
}

/// Is one of its messages over the limit? With Socket.IO a message is a packet and the attachments behind it.
bool Engine::is_too_large(Payload payload, std::string_view body) const {
  const std::size_t limit = route_.profile->limits.message_bytes;
  std::size_t bytes = assembly_ ? assembly_->bytes : 0;
  std::string scratch;
  while (body.size() + bytes > limit) {
    const auto packet = engine_io::take_packet(payload, body, scratch);
    if (!packet) return false;  // what is malformed ends the session
    bytes = (packet->binary && is_socket_io() ? bytes : 0) + packet->data.size();
    if (bytes > limit) return true;
  }
  return false;
}

/// The body is answered like one that was taken: its session has ended.
bool Engine::malformed_body(std::string_view why) {
  malformed(why);
  return true;
}

/// Hands every packet of the body on, until the session ends. False: one of them is too large, none was taken.
bool Engine::take_body(const EngineRequest& request) {
  const bool binary = request.content_type.starts_with("application/octet-stream");
  const bool form = request.content_type.starts_with("application/x-www-form-urlencoded") &&
                    std::string_view(request.body).starts_with("d=");
  std::optional<std::string> unwrapped;
  if (form) unwrapped = unwrap_form(request.body);
  if (form && !unwrapped) return malformed_body("a form that is none");
  std::string_view body = unwrapped ? *unwrapped : request.body;
  if (!binary && !wire::is_utf8(body)) return malformed_body("a body that is not UTF-8");
  const Payload payload = revision_ == Revision::v4 ? Payload::v4 : binary ? Payload::v3_binary : Payload::v3_text;
  if (is_too_large(payload, body)) return false;
  std::size_t count = 0;
  std::string scratch;
  std::string repaired;
  do {
    auto found = engine_io::take_packet(payload, body, scratch);
    if (!found) return malformed_body(found.failure().message);
    if (++count > kMaxPacketsIn) return malformed_body("more than 1000 packets in one body");
    if (!found->binary && payload == Payload::v3_binary && !wire::is_utf8(found->data)) {
      return malformed_body("a packet that is not UTF-8");
    }
    if (!found->binary && payload == Payload::v3_text) repair(*found, repaired);
    this->packet(*found);
  } while (!body.empty() && !over_ && !closing_);
  return true;
}

/// Clients 1.x encode what they POST as UTF-8 twice. The first text beyond ASCII tells who does.
void Engine::repair(engine_io::Packet& packet, std::string& repaired) {
  if (polling_->text == Polling::Text::plain || is_ascii(packet.data)) return;
  auto inner = undo_double_utf8(packet.data);
  if (polling_->text == Polling::Text::unknown) polling_->text = inner ? Polling::Text::doubled : Polling::Text::plain;
  if (!inner) return;
  repaired = std::move(*inner);
  packet.data = repaired;
}

/// Answers the poll that waits with what there is for it.
void Engine::flush_poll() {
  if (!polling_ || websocket_ || over_ || !polling_->get) return;
  std::deque<Pending>& pending = polling_->pending;
  if (pending.empty() && closing_) return die(session::Gone::closed);
  if (pending.empty()) {
    if (upgrade_ && upgrade_->probed) answer_poll({engine_io::Type::noop, false, {}});
    return;
  }
  // As from the official server the open packet comes alone: Python's socketIO-client 0.6.5 hangs otherwise.
  const std::size_t most = greeted_ ? kMaxPackets : 1;
  Payload payload = Payload::v4;
  if (revision_ == Revision::v3) {
    bool binary = polling_->always_binary;
    for (std::size_t i = 0; i < pending.size() && i < most && !polling_->base64; ++i) {
      binary = binary || pending[i].frame->utterance()->is_binary();
    }
    payload = binary && !polling_->base64 ? Payload::v3_binary : Payload::v3_text;
  }
  std::string body;
  std::size_t packets = 0;
  while (!pending.empty()) {
    const Utterance& next = *pending.front().frame->utterance();
    if (packets > 0 && packets + next.packets() > most) break;
    packets += next.packets();
    if (payload == Payload::v4 && !body.empty()) body += '\x1e';
    body += pending.front().frame->bytes(form(pending.front().space, encoding_of(payload)));
    take_pending();
  }
  answer_poll(std::move(body), payload == Payload::v3_binary);
}

void Engine::answer_poll(const engine_io::Packet& packet) {
  const bool binary = revision_ == Revision::v3 && polling_->always_binary;
  std::string body;
  engine_io::append_packet(body,
                           revision_ == Revision::v4 ? Payload::v4
                           : binary                  ? Payload::v3_binary
                                                     : Payload::v3_text,
                           packet);
  answer_poll(std::move(body), binary);
}

void Engine::answer_poll(std::string body, bool binary) {
  http::Response response = poll_answer(std::move(body), binary, polling_->get_jsonp);
  if (!std::exchange(greeted_, true) && !settings().cookie.empty()) {
    response.headers.emplace_back("Set-Cookie",
                                  settings().cookie + '=' + id_.text() + "; Path=/; HttpOnly; SameSite=Lax");
  }
  answer(*std::exchange(polling_->get, std::nullopt), std::move(response));
}

/// Ends the wait of a poll, whether there is anything for it or not.
void Engine::release_poll() {
  flush_poll();
  if (polling_ && !websocket_ && !over_ && polling_->get) answer_poll({engine_io::Type::noop, false, {}});
}

}  // namespace polygate::transport
