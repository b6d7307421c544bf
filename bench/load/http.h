#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

/// Hears the answers to the requests of a pool, on the thread that polls it.
class HttpListener {
 public:
  virtual ~HttpListener() = default;
  virtual void answered(std::size_t connection, std::string_view body) = 0;
};

/// HTTP/1.1 connections of one thread of the load generator, on one epoll; each is kept alive and has one request in
/// flight at most. Every answer must be a 200. Owned and polled by one thread.
class HttpPool {
 public:
  /// To 127.0.0.1:`port`; `source` as for SessionPool.
  HttpPool(std::uint16_t port, unsigned source);
  ~HttpPool();
  HttpPool(const HttpPool&) = delete;
  HttpPool& operator=(const HttpPool&) = delete;

  void open(std::size_t count);

  /// Sends a request that `get_request` or `post_request` made, in one call.
  void send(std::size_t connection, std::string_view request) const;

  /// Waits up to `timeout` for something to read, and reads it.
  void poll(std::chrono::milliseconds timeout, HttpListener& listener);

  std::string get_request(std::string_view target) const;
  std::string post_request(std::string_view target, std::string_view body) const;

 private:
  struct Connection {
    int fd = -1;
    std::string pending;  // the first bytes of an answer whose end has not arrived
  };

  void read(std::size_t connection, HttpListener& listener);

  std::uint16_t port_;
  unsigned source_;
  int epoll_;
  std::vector<Connection> connections_;
  std::vector<char> buffer_;
};

}  // namespace bench
