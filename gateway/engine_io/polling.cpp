// Long polling (github.com/socketio/engine.io-protocol, "HTTP long-polling"): what polls are answered.
#include "gateway/engine_io/polling.h"

#include <utility>

namespace polygate::engine_io {
namespace {

using dialect::EngineEncoding;

/// More in one answer ends the connection of every python-engineio (its `max_decode_packets`).
constexpr std::size_t kMaxPackets = 16;

EngineEncoding encoding_of(Payload payload) {
  if (payload == Payload::v4) return EngineEncoding::body_v4;
  return payload == Payload::v3_text ? EngineEncoding::body_v3_text : EngineEncoding::body_v3_binary;
}

}  // namespace

Polling::Polling(Revision revision, const Query& query, const profile::EngineSettings& settings)
    : get_jsonp(query.jsonp),
      double_utf8(settings.repair_utf8),
      revision_(revision),
      settings_(settings),
      base64_(query.base64 || query.jsonp),
      always_binary_(revision == Revision::v3 && !base64_ && query.has_timestamp) {}

void Polling::push(FramePtr frame, std::uint16_t scope) {
  bytes_ += weight_of(*frame);
  waiting_.push_back({std::move(frame), scope});
}

Polling::Waiting Polling::pop() {
  Waiting next = std::move(waiting_.front());
  waiting_.pop_front();
  bytes_ -= weight_of(*next.frame);
  return next;
}

std::optional<ConnectionRef> Polling::other_post(const ConnectionRef& from) const {
  const auto& first = receiving ? receiving : post;
  return first && *first != from ? first : std::nullopt;
}

Payload Polling::payload_of_next(std::size_t most) const {
  if (revision_ == Revision::v4) return Payload::v4;
  bool binary = always_binary_;
  for (std::size_t i = 0; i < waiting_.size() && i < most && !base64_; ++i) {
    binary = binary || waiting_[i].frame->utterance()->is_binary();
  }
  return binary && !base64_ ? Payload::v3_binary : Payload::v3_text;
}

http::Response Polling::answer(const Scopes& scopes, const Sid& id) {
  // As from the official server the open packet comes alone: Python's socketIO-client 0.6.5 hangs otherwise.
  const std::size_t most = greeted_ ? kMaxPackets : 1;
  const Payload payload = payload_of_next(most);
  std::string body;
  std::size_t packets = 0;
  while (!waiting_.empty()) {
    const Waiting& next = waiting_.front();
    const std::size_t its = next.frame->utterance()->packets();
    if (packets > 0 && packets + its > most) break;
    packets += its;
    if (payload == Payload::v4 && !body.empty()) body += '\x1e';
    body += next.frame->bytes({static_cast<std::uint8_t>(encoding_of(payload)), scopes(next.scope)});
    pop();
  }
  return answer(std::move(body), payload == Payload::v3_binary, id);
}

http::Response Polling::answer(const Packet& packet, const Sid& id) {
  const bool binary = revision_ == Revision::v3 && always_binary_;
  std::string body;
  append_packet(body, revision_ == Revision::v4 ? Payload::v4 : binary ? Payload::v3_binary : Payload::v3_text, packet);
  return answer(std::move(body), binary, id);
}

http::Response Polling::answer(std::string body, bool binary, const Sid& id) {
  http::Response response = poll_answer(std::move(body), binary, get_jsonp);
  if (!std::exchange(greeted_, true) && !settings_.cookie.empty()) {
    response.headers.emplace_back("Set-Cookie",
                                  settings_.cookie + '=' + id.text() + "; Path=/; HttpOnly; SameSite=Lax");
  }
  return response;
}

}  // namespace polygate::engine_io
