#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "gateway/net/tcp_socket.h"
#include "gateway/server/meter.h"
#include "gateway/session/outbox.h"

namespace polygate::server {

/// What goes out of one socket, in order and in few calls: control frames and interim answers before the next message,
/// then messages (or the answer to a request), then the last word. Owned by its connection. Holds next to no heap
/// while nothing waits.
class Output {
 public:
  /// What all outputs of a worker use.
  struct Shared {
    ServerMeter& meter;
    std::string gathered{};  ///< what one call writes; of no meaning between two
  };

  explicit Output(Shared& shared) : shared_(shared) {}

  /// From now on there is a socket.
  void begin(net::TcpSocket socket) { socket_ = socket; }
  net::TcpSocket socket() const { return socket_; }
  /// There is none any more: what waits is forgotten.
  void forget();

  /// False when it does not fit any more; `frame` is still the caller's. `bytes` are the form that is written. With no
  /// bounds it always fits.
  bool push(FramePtr& frame, std::string_view bytes, std::size_t max_bytes, std::size_t max_frames);
  /// A whole answer, however long.
  void push(std::string answer);
  /// Forgets every message of which nothing was written yet.
  void drop_unstarted();
  /// Is there no message?
  bool is_empty() const { return messages_.empty(); }
  /// What is bounded: the memory that the messages take, about.
  std::size_t weight() const { return messages_.weight(); }

  /// Whole frames, or an interim answer, before the next message.
  void put_first(std::string_view bytes);
  /// A pong; `instead` takes the place of the last frame before the messages, if that is a pong, too.
  void pong(std::string_view payload, bool instead);
  std::size_t waiting_pongs() const { return around_ ? around_->waiting_pongs : 0; }
  /// Behind everything: no message comes any more.
  void end_with(std::string last_word) { around().last_word = std::move(last_word); }

  enum class State : std::uint8_t {
    done,     ///< nothing waits
    blocked,  ///< for the socket, which has been asked to tell
    broken,
  };
  /// Writes what the socket takes.
  State write();
  /// Tries to write at once, for whom the connection ends with that.
  void say(std::string_view bytes);

 private:
  enum class Written : std::uint8_t { nothing, some, broken };
  /// What goes out before and behind the messages: usually nothing.
  struct Around {
    std::string first{};
    std::string last_word{};
    std::size_t last_pong = 0;      ///< where the last pong in `first` starts
    std::size_t waiting_pongs = 0;  ///< in `first`
    bool pong_is_last = false;      ///< the last frame in `first` is a pong
  };
  Around& around();
  Written write_once();
  Written write(std::string_view bytes);
  void written(std::size_t bytes);

  Shared& shared_;
  net::TcpSocket socket_;
  session::Outbox messages_;
  std::unique_ptr<Around> around_;
  bool mid_frame_ = false;  ///< the oldest message is half handed over: nothing may come between
};

}  // namespace polygate::server
