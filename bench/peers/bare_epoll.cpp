// The limit that real servers are compared with: epoll, WebSocket frames and nothing else. It looks for the target's
// number in the text and forwards; it parses no JSON, validates nothing, trusts its client and bounds nothing. Never
// expose it.
//
//   bare_epoll write      one write for each message and receiver
//   bare_epoll coalesced  what one turn of the loop has for a socket goes out in one write
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr std::size_t kBuffer = 256 * 1024;
constexpr std::string_view kWelcome = R"({"event":"welcome","data":{}})";
constexpr std::string_view kSubscribed = R"({"event":"subscribed","data":{}})";

struct Connection {
  int fd = -1;
  bool upgraded = false;
  bool dirty = false;    // waits in Server::dirty_
  bool blocked = false;  // the socket took less than it was given; EPOLLOUT is awaited
  std::string in;        // the first bytes of a frame whose end has not arrived
  std::string out;       // what the socket has not taken yet
};

std::string accept_key(std::string_view key) {
  const auto text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned length = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_sha1(), nullptr);
  std::array<unsigned char, 64> base64;
  const int size = EVP_EncodeBlock(base64.data(), digest.data(), int(length));
  return {reinterpret_cast<const char*>(base64.data()), std::size_t(size)};
}

std::string text_frame(std::string_view text) {
  std::string frame(1, '\x81');
  if (text.size() < 126) {
    frame += char(text.size());
  } else {
    frame += char(126);
    frame += char(text.size() >> 8);
    frame += char(text.size());
  }
  return frame.append(text);
}

/// The digits after `before`, or a number that no session has.
std::size_t number_after(std::string_view text, std::string_view before) {
  const auto at = text.find(before);
  if (at == std::string_view::npos) return SIZE_MAX;
  std::size_t value = 0;
  for (auto i = at + before.size(); i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i) {
    value = value * 10 + std::size_t(text[i] - '0');
  }
  return value;
}

class Server {
 public:
  explicit Server(bool coalesced) : coalesced_(coalesced), buffer_(kBuffer) {}

  int listen_on_loopback() {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), length) != 0 || listen(listener_, SOMAXCONN) != 0 ||
        getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
      std::perror("bare_epoll: listen");
      std::exit(1);
    }
    watch(listener_, EPOLL_CTL_ADD, EPOLLIN);
    return ntohs(address.sin_port);
  }

  [[noreturn]] void run() {
    std::array<epoll_event, 256> events;
    for (;;) {
      const int count = epoll_wait(epoll_, events.data(), int(events.size()), -1);
      for (int i = 0; i < count; ++i) {
        const auto& event = events[std::size_t(i)];
        if (event.data.fd == listener_) {
          accept_all();
          continue;
        }
        auto* connection = connections_[std::size_t(event.data.fd)].get();
        if (connection != nullptr && (event.events & EPOLLOUT) != 0) flush(*connection);
        if (connection != nullptr && (event.events & ~EPOLLOUT) != 0) read(*connection);
      }
      // Nothing in here adds to the list or ends a connection.
      for (auto* connection : dirty_) {
        connection->dirty = false;
        if (!connection->blocked) flush(*connection);
      }
      dirty_.clear();
    }
  }

 private:
  void watch(int fd, int operation, std::uint32_t events) const {
    epoll_event event{events, {.fd = fd}};
    epoll_ctl(epoll_, operation, fd, &event);
  }

  void accept_all() {
    for (int fd; (fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
      const int on = 1;
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      if (connections_.size() <= std::size_t(fd)) connections_.resize(std::size_t(fd) + 1);
      connections_[std::size_t(fd)] = std::make_unique<Connection>();
      connections_[std::size_t(fd)]->fd = fd;
      watch(fd, EPOLL_CTL_ADD, EPOLLIN);
    }
  }

  void end(Connection& connection) {
    std::replace(names_.begin(), names_.end(), &connection, static_cast<Connection*>(nullptr));
    std::erase(subscribers_, &connection);
    std::erase(dirty_, &connection);
    close(connection.fd);
    connections_[std::size_t(connection.fd)].reset();
  }

  void read(Connection& connection) {
    const auto kept = connection.in.size();
    std::memcpy(buffer_.data(), connection.in.data(), kept);
    const auto got = recv(connection.fd, buffer_.data() + kept, buffer_.size() - kept, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) return end(connection);
    std::size_t at = 0;
    const auto size = kept + std::size_t(got);
    if (!connection.upgraded) at = upgrade(connection, {buffer_.data(), size});
    while (connection.upgraded) {
      const auto used = frame(connection, buffer_.data() + at, size - at);
      if (used == 0) break;
      at += used;
    }
    connection.in.assign(buffer_.data() + at, size - at);
  }

  std::size_t upgrade(Connection& connection, std::string_view bytes) {
    constexpr std::string_view kHeader = "Sec-WebSocket-Key: ";
    const auto end_of_head = bytes.find("\r\n\r\n");
    const auto key = bytes.find(kHeader);
    if (end_of_head == std::string_view::npos || key == std::string_view::npos) return 0;
    const auto start = key + kHeader.size();
    send(connection,
         "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
             accept_key(bytes.substr(start, bytes.find("\r\n", start) - start)) + "\r\n\r\n");
    connection.upgraded = true;
    return end_of_head + 4;
  }

  /// Handles one masked frame and returns its length, or 0 when it is not complete.
  std::size_t frame(Connection& connection, char* bytes, std::size_t size) {
    if (size < 6) return 0;
    std::size_t length = std::size_t(bytes[1] & 0x7f);
    std::size_t header = 6;
    if (length == 126) {
      if (size < 8) return 0;
      header = 8;
      length = std::size_t(static_cast<unsigned char>(bytes[2])) << 8 | static_cast<unsigned char>(bytes[3]);
    }
    if (size < header + length) return 0;
    char* payload = bytes + header;
    const char* key = payload - 4;
    for (std::size_t i = 0; i < length; ++i) payload[i] = char(payload[i] ^ key[i % 4]);
    if ((bytes[0] & 0x0f) == 1) receive(connection, {payload, length});
    return header + length;
  }

  void receive(Connection& connection, std::string_view text) {
    if (text.starts_with(R"({"event":"relay")")) {
      const auto target = number_after(text, "\"to\":\"s");
      if (target < names_.size() && names_[target] != nullptr) send(*names_[target], text_frame(text));
    } else if (text.starts_with(R"({"event":"publish")")) {
      const auto framed = text_frame(text);
      for (auto* subscriber : subscribers_) send(*subscriber, framed);
    } else if (text.starts_with(R"({"event":"hello")")) {
      const auto name = number_after(text, "\"id\":\"s");
      if (name >= 1'000'000) return;
      if (names_.size() <= name) names_.resize(name + 1);
      names_[name] = &connection;
      send(connection, text_frame(kWelcome));
    } else if (text.starts_with(R"({"event":"subscribe")")) {
      subscribers_.push_back(&connection);
      send(connection, text_frame(kSubscribed));
    }
  }

  void send(Connection& connection, std::string_view bytes) {
    if (!coalesced_ && !connection.blocked) {
      const auto sent = ::send(connection.fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent == ssize_t(bytes.size())) return;
      connection.out.assign(bytes.substr(sent < 0 ? 0 : std::size_t(sent)));
      block(connection);
      return;
    }
    connection.out.append(bytes);
    if (!connection.dirty && !connection.blocked) {
      connection.dirty = true;
      dirty_.push_back(&connection);
    }
  }

  void flush(Connection& connection) {
    const auto sent = ::send(connection.fd, connection.out.data(), connection.out.size(), MSG_NOSIGNAL);
    connection.out.erase(0, sent < 0 ? 0 : std::size_t(sent));
    if (!connection.out.empty()) return block(connection);
    if (connection.blocked) watch(connection.fd, EPOLL_CTL_MOD, EPOLLIN);
    connection.blocked = false;
  }

  void block(Connection& connection) const {
    if (!connection.blocked) watch(connection.fd, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
    connection.blocked = true;
  }

  bool coalesced_;
  int epoll_ = epoll_create1(EPOLL_CLOEXEC);
  int listener_ = -1;
  std::vector<char> buffer_;
  std::vector<std::unique_ptr<Connection>> connections_;  // by file descriptor
  std::vector<Connection*> names_;                        // by the number in the name
  std::vector<Connection*> subscribers_;
  std::vector<Connection*> dirty_;
};

}  // namespace

int main(int argc, char** argv) {
  const std::string_view mode = argc == 2 ? argv[1] : "";
  if (mode != "write" && mode != "coalesced") {
    std::fprintf(stderr, "usage: bare_epoll write|coalesced\n");
    return 2;
  }
  Server server(mode == "coalesced");
  std::printf("listening on ws://127.0.0.1:%d\n", server.listen_on_loopback());
  std::fflush(stdout);
  server.run();
}
