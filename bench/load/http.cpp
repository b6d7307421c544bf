#include "bench/load/http.h"

#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>

#include "bench/load/sessions.h"
#include "bench/load/sockets.h"

namespace bench {

namespace {

constexpr std::size_t kBuffer = 256 * 1024;
constexpr std::string_view kLineEnd = "\r\n";

std::string connection_name(std::size_t connection) {
  return "connection " + std::to_string(connection);
}

std::optional<std::size_t> number(std::string_view text, int base) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || value > kBuffer) return std::nullopt;
  return value;
}

/// The value when `line` is the header `name`.
std::optional<std::string_view> header(std::string_view line, std::string_view name) {
  if (line.size() <= name.size() || line[name.size()] != ':') return std::nullopt;
  if (strncasecmp(line.data(), name.data(), name.size()) != 0) return std::nullopt;
  line.remove_prefix(name.size() + 1);
  while (line.starts_with(' ')) line.remove_prefix(1);
  return line;
}

/// How the body of an answer is delimited.
struct Head {
  std::optional<std::size_t> length;
  bool chunked = false;
};

Head read_head(std::string_view head) {
  Head found;
  for (auto end = head.find(kLineEnd); end != std::string_view::npos; end = head.find(kLineEnd)) {
    const auto line = head.substr(0, end);
    if (const auto value = header(line, "content-length")) found.length = number(*value, 10);
    if (const auto value = header(line, "transfer-encoding")) found.chunked = value->starts_with("chunked");
    if (const auto value = header(line, "connection")) {
      if (strncasecmp(value->data(), "close", std::min<std::size_t>(value->size(), 5)) == 0) {
        fail("the server does not keep connections: " + std::string(line));
      }
    }
    head.remove_prefix(end + kLineEnd.size());
  }
  return found;
}

/// Puts the chunks of a whole body together; nothing when its end has not arrived.
std::optional<std::size_t> join_chunks(std::string_view bytes, std::string& body) {
  body.clear();
  for (std::size_t at = 0;;) {
    const auto end = bytes.find(kLineEnd, at);
    if (end == std::string_view::npos) return std::nullopt;
    const auto size = number(bytes.substr(at, end - at), 16);
    if (!size) fail("cannot read a chunk's size: " + std::string(bytes.substr(at, end - at)));
    at = end + kLineEnd.size();
    if (bytes.size() < at + *size + kLineEnd.size()) return std::nullopt;
    body.append(bytes.substr(at, *size));
    at += *size + kLineEnd.size();
    if (*size == 0) return at;  // nobody sends trailers
  }
}

}  // namespace

HttpPool::HttpPool(std::uint16_t port, unsigned source)
    : port_(port), source_(source), epoll_(epoll_create1(EPOLL_CLOEXEC)), buffer_(kBuffer) {}

HttpPool::~HttpPool() {
  for (const auto& connection : connections_) reset(connection.fd);
  ::close(epoll_);
}

void HttpPool::open(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    connections_.push_back({connect_to(port_, source_ + unsigned(i), connection_name(i)), {}});
    epoll_event event{EPOLLIN, {.u64 = i}};
    epoll_ctl(epoll_, EPOLL_CTL_ADD, connections_.back().fd, &event);
  }
}

void HttpPool::send(std::size_t connection, std::string_view request) const {
  const auto sent = ::send(connections_[connection].fd, request.data(), request.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent != ssize_t(request.size())) fail(connection_name(connection) + " cannot send: " + std::strerror(errno));
}

void HttpPool::poll(std::chrono::milliseconds timeout, HttpListener& listener) {
  std::array<epoll_event, 256> events;
  const int count = epoll_wait(epoll_, events.data(), int(events.size()), int(timeout.count()));
  for (int i = 0; i < count; ++i) read(events[std::size_t(i)].data.u64, listener);
}

std::string HttpPool::get_request(std::string_view target) const {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port_) + "\r\n\r\n";
}

std::string HttpPool::post_request(std::string_view target, std::string_view body) const {
  return "POST " + std::string(target) + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port_) +
         "\r\nContent-Type: text/plain;charset=UTF-8\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string(body);
}

void HttpPool::read(std::size_t index, HttpListener& listener) {
  auto& connection = connections_[index];
  const auto kept = connection.pending.size();
  std::memcpy(buffer_.data(), connection.pending.data(), kept);
  const auto got = recv(connection.fd, buffer_.data() + kept, buffer_.size() - kept, MSG_DONTWAIT);
  if (got < 0 && errno == EAGAIN) return;
  if (got <= 0) fail("the server closed " + connection_name(index));

  const std::string_view bytes(buffer_.data(), kept + std::size_t(got));
  connection.pending.clear();
  const auto end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos) {
    connection.pending.assign(bytes);
    return;
  }
  if (!bytes.starts_with("HTTP/1.1 200 ")) fail(connection_name(index) + " got " + std::string(bytes));
  const auto head = read_head(bytes.substr(0, end + kLineEnd.size()));
  const auto rest = bytes.substr(end + 2 * kLineEnd.size());
  std::string chunks;
  const auto length = head.chunked ? join_chunks(rest, chunks) : head.length;
  if (!head.chunked && !length) fail(connection_name(index) + " got an answer without an end: " + std::string(bytes));
  if (!length || rest.size() < *length) {
    connection.pending.assign(bytes);
    return;
  }
  if (rest.size() > *length) fail(connection_name(index) + " got more than one answer: " + std::string(bytes));
  listener.answered(index, head.chunked ? std::string_view(chunks) : rest);
}

}  // namespace bench
