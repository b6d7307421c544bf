#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "tests/talks/message.h"

namespace polygate::talks {

/// A client that blocks, over loopback. Waits only for its socket, and at most as long as a broken gateway is given.
class SocketClient {
 public:
  virtual ~SocketClient() = default;
  virtual void say(const std::vector<Message>& messages, End end) = 0;
  /// The next message or the end.
  virtual Heard hear() = 0;
  /// What has come before the gateway answered that it is there.
  virtual std::vector<Heard> waiting() = 0;
  /// Is there one already?
  virtual bool has_heard() const = 0;
  /// Takes in what its socket holds, and answers what asks for a sign of life.
  virtual void pump() = 0;
  virtual int fd() const = 0;
  /// Was more received than was taken in?
  virtual bool has_bytes() const = 0;

  bool reads = true;
};

/// A TCP connection to that port of this computer; negative when there is none.
int connect_to(std::uint16_t port);
/// All of it, or as much as the peer takes.
void write_all(int fd, std::string_view bytes);
/// Appends what comes next; false when nothing does any more.
bool read_some(int fd, std::string& into);
/// Closes it, with RST when asked to.
void hang_up(int& fd, bool reset);

}  // namespace polygate::talks
