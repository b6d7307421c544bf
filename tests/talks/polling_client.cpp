#include "tests/talks/polling_client.h"

#include <poll.h>

#include "gateway/base/json.h"
#include "gateway/dialect/engine_io_packet.h"

namespace polygate::talks {

PollingClient::~PollingClient() {
  hang_up(get_, false);
  hang_up(post_, false);
}

int PollingClient::connect(std::uint16_t port, const std::string& target, const Driver::Headers& headers) {
  port_ = port;
  target_ = target + (target.find('?') == std::string::npos ? "?" : "&") + "EIO=4&transport=polling";
  for (const auto& [name, value] : headers) headers_ += name + ": " + value + "\r\n";
  get_ = connect_to(port);
  post_ = connect_to(port);
  write_all(get_, request("GET", {}));
  const Answer greeting = answer(get_, get_unread_);
  if (greeting.status != 200) return greeting.status;
  const Json open = Json::parse(greeting.body.substr(std::min<std::size_t>(1, greeting.body.size())), nullptr, false);
  if (!open.is_object()) return 0;
  target_ += "&sid=" + open.value("sid", "");
  poll_again();
  return 101;
}

std::string PollingClient::request(const std::string& method, const std::string& body) const {
  const std::string length = method == "POST" ? "Content-Length: " + std::to_string(body.size()) + "\r\n" : "";
  return method + ' ' + target_ + " HTTP/1.1\r\nHost: localhost:" + std::to_string(port_) + "\r\n" + headers_ + length +
         "Content-Type: text/plain;charset=UTF-8\r\n\r\n" + body;
}

PollingClient::Answer PollingClient::answer(int fd, std::string& unread) const {
  auto head = unread.find("\r\n\r\n");
  for (; head == std::string::npos; head = unread.find("\r\n\r\n")) {
    if (!read_some(fd, unread)) return {};
  }
  std::string lower = unread.substr(0, head);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const auto length = lower.find("content-length: ");
  const std::size_t size = length == std::string::npos ? 0 : std::stoul(lower.substr(length + 16));
  while (unread.size() < head + 4 + size) {
    if (!read_some(fd, unread)) return {};
  }
  Answer answer{std::stoi(unread.substr(9, 3)), unread.substr(head + 4, size)};
  unread.erase(0, head + 4 + size);
  return answer;
}

void PollingClient::poll_again() {
  write_all(get_, request("GET", {}));
}

void PollingClient::post(const std::string& body) {
  if (std::exchange(posted_, true)) answer(post_, post_unread_);
  write_all(post_, request("POST", body));
}

void PollingClient::say(const std::vector<Message>& messages, End end) {
  using engine_io::Packet;
  std::string body;
  for (const Message& message : messages) {
    const Packet packet{engine_io::Type::message, !message.text,
                        std::string_view(message.bytes).substr(message.text ? 1 : 0)};
    engine_io::append_packet(body, engine_io::Payload::v4, packet);
  }
  if (end == End::engine) engine_io::append_packet(body, engine_io::Payload::v4, {engine_io::Type::close, false, {}});
  if (!body.empty()) post(body);
  if (end == End::none || end == End::engine) return;
  hang_up(get_, end == End::reset);
  hang_up(post_, end == End::reset);
}

void PollingClient::take(std::string_view body) {
  std::string scratch;
  while (!body.empty()) {
    const auto packet = engine_io::take_packet(engine_io::Payload::v4, body, scratch);
    if (!packet) return;
    if (packet->type == engine_io::Type::ping) post("3");
    if (packet->type == engine_io::Type::close) {
      ready_.push_back({Heard::Kind::closed, {}, 0});
      return hang_up(get_, false);
    }
    if (packet->type != engine_io::Type::message) continue;
    ready_.push_back(
        {Heard::Kind::message, {(packet->binary ? "" : "4") + std::string(packet->data), !packet->binary}, 0});
  }
}

void PollingClient::pump() {
  const Answer next = answer(get_, get_unread_);
  if (next.status == 200) {
    poll_again();
    return take(next.body);
  }
  ready_.push_back({Heard::Kind::closed, {}, 0});
  hang_up(get_, false);
}

Heard PollingClient::hear() {
  while (ready_.empty()) pump();
  Heard first = std::move(ready_.front());
  ready_.pop_front();
  return first;
}

std::vector<Heard> PollingClient::waiting() {
  post("6");
  if (std::exchange(posted_, false)) answer(post_, post_unread_);
  pollfd ready{get_, POLLIN, 0};
  while (get_ >= 0 && poll(&ready, 1, 0) == 1) pump();
  std::vector<Heard> all(std::make_move_iterator(ready_.begin()), std::make_move_iterator(ready_.end()));
  ready_.clear();
  return all;
}

}  // namespace polygate::talks
