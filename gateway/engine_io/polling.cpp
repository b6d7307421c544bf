#include "gateway/engine_io/polling.h"

#include <utility>

namespace polygate::engine_io {
namespace {

using dialect::EngineEncoding;
using What = Polling::Asked::What;

/// More in one answer ends the connection of every python-engineio (its `max_decode_packets`).
constexpr std::size_t kMaxPackets = 16;

EngineEncoding encoding_of(Payload payload) {
  if (payload == Payload::v4) return EngineEncoding::body_v4;
  return payload == Payload::v3_text ? EngineEncoding::body_v3_text : EngineEncoding::body_v3_binary;
}

std::size_t weight_of(const Frame& frame) {
  return frame.weight() + kWaitingFrame;
}

http::Response empty(int status) {
  http::Response response;
  response.status = status;
  response.headers = {{"Cache-Control", "no-store"}};
  return response;
}

}  // namespace

Polling::Polling(const Sid& id, Revision revision, const profile::Profile& profile, const Query& query,
                 const ConnectionRef& handshake)
    : id_(id),
      revision_(revision),
      profile_(profile),
      get_(handshake),
      get_jsonp_(query.jsonp),
      double_utf8_(profile.engine.repair_utf8),
      base64_(query.base64 || query.jsonp),
      always_binary_(revision == Revision::v3 && !base64_ && query.has_timestamp) {}

// Requests

Polling::Asked Polling::request(Host& host, const User& user, const ConnectionRef& from, Request& request) {
  if (request.method == "GET") return poll(host, from, request);
  if (request.method == "POST") return post(host, user, from, request);
  host.command(Command::answer(from, empty(500)));
  return {};
}

Polling::Asked Polling::poll(Host& host, const ConnectionRef& from, Request& request) {
  if (get_) {
    host.command(Command::answer(from, empty(400)));  // nobody could say in which order two at once are answered
    return {What::end};
  }
  get_ = from;
  get_jsonp_ = std::move(request.jsonp);
  return {What::poll};
}

bool Polling::begins(Host& host, const ConnectionRef& from) {
  if (refuse_second_post(host, from)) return false;
  receiving_ = from;
  return true;
}

/// Of two at once nobody could say which was meant first: both connections end, and so does the session. False: it is
/// the only one.
bool Polling::refuse_second_post(Host& host, const ConnectionRef& from) {
  const auto first = receiving_ ? receiving_ : post_;
  if (!first || *first == from) return false;
  http::Response refused = empty(400);
  refused.close = true;  // its request may be on its way here: it must not be answered twice
  host.command(Command::answer(from, std::move(refused)));
  if (receiving_) host.command({Command::Kind::close, *first});
  return true;
}

/// Where one of the messages is too large, none is taken.
Polling::Asked Polling::post(Host& host, const User& user, const ConnectionRef& from, const Request& request) {
  if (refuse_second_post(host, from)) return {What::end};
  if (revision_ == Revision::v4 && request.content_type.starts_with("application/octet-stream")) {
    host.command(Command::answer(from, empty(400)));
    return {What::end};
  }
  Result<Body> body = Body::of(request, revision_);
  const std::size_t limit = profile_.limits.message_bytes;
  if (body && body->is_too_large(limit, user.gathered())) {
    host.log().write_rarely("limit message_bytes", Level::info, "request refused",
                            {{"limit", "message_bytes"},
                             {"bytes", static_cast<std::int64_t>(limit)},
                             {"profile", profile_.name},
                             {"address", user.address()}});
    host.command(Command::answer(from, empty(413)));
    return {};
  }
  return {What::post, std::move(body)};
}

void Polling::posted(Host& host, const ConnectionRef& from, bool is_full) {
  if (is_full) {
    post_ = from;
  } else {
    host.command(Command::answer(from, post_answer()));
  }
}

void Polling::resume(Host& host) {
  if (post_) host.command(Command::answer(*std::exchange(post_, std::nullopt), post_answer()));
}

bool Polling::closed(const ConnectionRef& from) {
  received(from);
  if (post_ == from) post_.reset();
  if (get_ != from) return false;
  get_.reset();
  return true;
}

void Polling::received(const ConnectionRef& from) {
  if (receiving_ == from) receiving_.reset();
}

void Polling::end(Host& host) {
  release(host, Type::close);
  resume(host);
}

// What waits

bool Polling::push(Host& host, FramePtr frame, std::uint16_t scope) {
  const std::size_t weight = weight_of(*frame);
  if (!is_empty() && bytes_ + weight > profile_.limits.outbox_bytes) return false;
  bytes_ += weight;
  host.meter().outbox_bytes += weight;
  waiting_.push_back({std::move(frame), scope});
  return true;
}

bool Polling::has_room() const {
  return bytes_ * 2 <= profile_.limits.outbox_bytes;
}

Polling::Waiting Polling::pop(Host& host) {
  Waiting next = std::move(waiting_.front());
  waiting_.pop_front();
  const std::size_t weight = weight_of(*next.frame);
  bytes_ -= weight;
  host.meter().outbox_bytes -= weight;
  return next;
}

bool Polling::hand_over(Host& host, const User& user, const WebSocket& to) {
  flush(host, user, true);
  resume(host);
  bool fits = true;
  while (!is_empty()) {
    const Waiting next = pop(host);
    fits = to.push(host, next.frame, user.scope(next.scope)) && fits;
  }
  return fits;
}

// What polls are answered

Payload Polling::payload_of_next(std::size_t most) const {
  if (revision_ == Revision::v4) return Payload::v4;
  bool binary = always_binary_;
  for (std::size_t i = 0; i < waiting_.size() && i < most && !base64_; ++i) {
    binary = binary || waiting_[i].frame->utterance()->is_binary();
  }
  return binary && !base64_ ? Payload::v3_binary : Payload::v3_text;
}

void Polling::flush(Host& host, const User& user, bool anyway) {
  if (is_empty() && anyway) release(host, Type::noop);
  if (is_empty() || !get_) return;
  // As from the official server the open packet comes alone: Python's socketIO-client 0.6.5 hangs otherwise.
  const std::size_t most = greeted_ ? kMaxPackets : 1;
  const Payload payload = payload_of_next(most);
  std::string body;
  std::size_t packets = 0;
  while (!is_empty()) {
    const std::size_t its = waiting_.front().frame->utterance()->packets();
    if (packets > 0 && packets + its > most) break;
    packets += its;
    const Waiting next = pop(host);
    if (payload == Payload::v4 && !body.empty()) body += '\x1e';
    body += next.frame->bytes({static_cast<std::uint8_t>(encoding_of(payload)), user.scope(next.scope)});
  }
  answer(host, std::move(body), payload == Payload::v3_binary);
}

void Polling::release(Host& host, Type type) {
  if (!get_) return;
  const bool binary = revision_ == Revision::v3 && always_binary_;
  std::string body;
  append_packet(body,
                revision_ == Revision::v4 ? Payload::v4
                : binary                  ? Payload::v3_binary
                                          : Payload::v3_text,
                {type, false, {}});
  answer(host, std::move(body), binary);
}

void Polling::answer(Host& host, std::string body, bool binary) {
  http::Response response = poll_answer(std::move(body), binary, get_jsonp_);
  if (!std::exchange(greeted_, true) && !profile_.engine.cookie.empty()) {
    response.headers.emplace_back("Set-Cookie",
                                  profile_.engine.cookie + '=' + id_.text() + "; Path=/; HttpOnly; SameSite=Lax");
  }
  host.command(Command::answer(*std::exchange(get_, std::nullopt), std::move(response)));
}

}  // namespace polygate::engine_io
