#pragma once
#include <deque>
#include <string>

#include "tests/talks/driver.h"
#include "tests/talks/socket_client.h"

namespace polygate::talks {

/// A client of Engine.IO 4 by long polling: one connection for its GETs, one for its POSTs. What is said together goes
/// out in one POST.
class PollingClient final : public SocketClient {
 public:
  ~PollingClient() override;

  /// The status of the handshake's answer, as a WebSocket has it: 101 when it went well.
  int connect(std::uint16_t port, const std::string& target, const Driver::Headers& headers);
  void say(const std::vector<Message>& messages, End end) override;
  Heard hear() override;
  std::vector<Heard> waiting() override;
  bool has_heard() const override { return !ready_.empty(); }
  void pump() override;
  int fd() const override { return get_; }
  bool has_bytes() const override { return false; }

 private:
  struct Answer {
    int status = 0;  ///< 0: none came
    std::string body;
  };
  std::string request(const std::string& method, const std::string& body) const;
  Answer answer(int fd, std::string& unread) const;
  void post(const std::string& body);
  void poll_again();
  void take(std::string_view body);

  std::uint16_t port_ = 0;
  std::string target_;
  std::string headers_;
  int get_ = -1;
  int post_ = -1;
  std::string get_unread_;
  std::string post_unread_;
  bool posted_ = false;  ///< and not answered yet
  std::deque<Heard> ready_;
};

}  // namespace polygate::talks
