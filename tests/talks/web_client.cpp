#include "tests/talks/web_client.h"

#include <sys/socket.h>

#include "gateway/wire/websocket_client.h"

namespace polygate::talks {

WebClient::~WebClient() {
  hang_up(fd_, false);
}

bool WebClient::fill() {
  std::string more;
  if (!read_some(fd_, more)) return false;
  piece_.assign(rest_.begin(), rest_.end());
  piece_.insert(piece_.end(), more.begin(), more.end());
  rest_ = piece_;
  return true;
}

int WebClient::connect(std::uint16_t port, std::string_view target, const Driver::Headers& headers) {
  fd_ = connect_to(port);
  std::vector<wire::HttpField> fields;
  for (const auto& [name, value] : headers) fields.push_back({name, value});
  write_all(fd_,
            wire::client_handshake("localhost:" + std::to_string(port), target, "dGhlIHNhbXBsZSBub25jZQ==", fields));
  std::string_view view;
  std::size_t end = std::string_view::npos;
  do {
    if (!fill()) return 0;
    view = std::string_view(rest_.data(), rest_.size());
    end = view.find("\r\n\r\n");
  } while (end == std::string_view::npos);
  const int status = view.size() > 12 ? std::stoi(std::string(view.substr(9, 3))) : 0;
  rest_ = rest_.subspan(end + 4);
  return status;
}

void WebClient::send(wire::Opcode opcode, std::string_view payload) {
  std::string frame;
  wire::append_masked_frame(frame, opcode, payload, {'a', 'b', 'c', 'd'});
  write_all(fd_, frame);
}

int WebClient::connect_engine(std::uint16_t port, const std::string& target, const Driver::Headers& headers) {
  const char mark = target.find('?') == std::string::npos ? '?' : '&';
  const int status = connect(port, target + mark + "EIO=4&transport=websocket", headers);
  if (status != 101) return status;
  engine_ = true;
  const Heard greeting = next();
  if (greeting.kind == Heard::Kind::closed) ready_.push_back(greeting);
  return greeting.message.bytes.starts_with("0{") || !ready_.empty() ? status : 0;
}

void WebClient::say(const std::vector<Message>& messages, End end) {
  std::string all;
  const auto add = [&](wire::Opcode opcode, std::string_view payload) {
    wire::append_masked_frame(all, opcode, payload, {'a', 'b', 'c', 'd'});
  };
  for (const Message& message : messages) {
    add(message.text ? wire::Opcode::text : wire::Opcode::binary, message.bytes);
  }
  if (end == End::close) add(wire::Opcode::close, wire::close_payload(1000, ""));
  if (end == End::engine) add(wire::Opcode::text, "1");
  write_all(fd_, all);
  if (end == End::fin) shutdown(fd_, SHUT_WR);
  if (end == End::reset || end == End::drop) hang_up(fd_, end == End::reset);
}

Heard WebClient::hear() {
  if (!ready_.empty()) {
    Heard first = std::move(ready_.front());
    ready_.erase(ready_.begin());
    return first;
  }
  for (;;) {
    Heard heard = next();
    if (is_shown(heard)) return heard;
  }
}

std::vector<Heard> WebClient::waiting() {
  send(wire::Opcode::ping, "?");
  for (;;) {
    Heard heard = next();
    if (heard.kind == Heard::Kind::nothing) break;
    if (!is_shown(heard)) continue;
    ready_.push_back(std::move(heard));
    if (ready_.back().kind == Heard::Kind::closed) break;
  }
  return std::exchange(ready_, {});
}

bool WebClient::is_shown(const Heard& heard) {
  if (!engine_ || heard.kind != Heard::Kind::message || !heard.message.text) return true;
  if (heard.message.bytes == "2") send(wire::Opcode::text, "3");
  return heard.message.bytes.starts_with('4');
}

void WebClient::pump() {
  const bool filled = fill();
  for (;;) {
    const wire::WebSocketItem item = decoder_.next(rest_);
    Heard heard{
        Heard::Kind::message, {std::string(item.payload), item.kind == wire::WebSocketItem::Kind::text}, item.code};
    switch (item.kind) {
      case wire::WebSocketItem::Kind::ping:
        send(wire::Opcode::pong, item.payload);
        continue;
      case wire::WebSocketItem::Kind::pong:
        continue;
      case wire::WebSocketItem::Kind::more:
        if (filled) return;
        [[fallthrough]];
      case wire::WebSocketItem::Kind::close:
      case wire::WebSocketItem::Kind::violation:
        heard.kind = Heard::Kind::closed;
        ready_.push_back(std::move(heard));
        return hang_up(fd_, false);
      default:
        if (is_shown(heard)) ready_.push_back(std::move(heard));
    }
  }
}

Heard WebClient::next() {
  for (;;) {
    const wire::WebSocketItem item = decoder_.next(rest_);
    switch (item.kind) {
      case wire::WebSocketItem::Kind::text:
      case wire::WebSocketItem::Kind::binary:
        return {Heard::Kind::message, {std::string(item.payload), item.kind == wire::WebSocketItem::Kind::text}, 0};
      case wire::WebSocketItem::Kind::ping:
        send(wire::Opcode::pong, item.payload);
        break;
      case wire::WebSocketItem::Kind::pong:
        return {Heard::Kind::nothing, {}, 1};
      case wire::WebSocketItem::Kind::close:
        return {Heard::Kind::closed, {}, item.code};
      case wire::WebSocketItem::Kind::violation:
        return {Heard::Kind::closed, {}, 0};
      case wire::WebSocketItem::Kind::more:
        if (!fill()) return {Heard::Kind::closed, {}, 0};
        break;
    }
  }
}

}  // namespace polygate::talks
