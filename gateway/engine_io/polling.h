#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "gateway/dialect/engine_message.h"
#include "gateway/engine_io/body.h"
#include "gateway/engine_io/host.h"
#include "gateway/engine_io/http.h"
#include "gateway/engine_io/letters.h"
#include "gateway/engine_io/user.h"
#include "gateway/engine_io/websocket.h"
#include "gateway/profile/profile.h"
#include "gateway/routing/frame.h"

namespace polygate::engine_io {

/// How a session polls (engine.io-protocol, "HTTP long-polling"): its requests, and what waits for the next of them.
/// Answers them by a host; what the packets in them mean, and whether the session ends, is its socket's business.
class Polling {
 public:
  /// Parks the handshake, which `query` belongs to, like a poll.
  Polling(const Sid& id, Revision revision, const profile::Profile& profile, const Query& query,
          const ConnectionRef& handshake);

  /// What a request means for the session.
  struct Asked {
    enum class What : std::uint8_t {
      nothing,  ///< it is refused
      poll,     ///< it is parked
      post,     ///< its `body` is to be taken, and then posted() to be called
      end,      ///< nobody could tell what follows: the session is over
    };
    What what = What::nothing;
    std::optional<Result<Body>> body{};  ///< the failure says why it is none
  };
  Asked request(Host& host, const User& user, const ConnectionRef& from, Request& request);
  /// The head of a POST has come. False: it is a second one, and the session is over.
  bool begins(Host& host, const ConnectionRef& from);
  /// A POST was taken. Where its packets found no room it is answered by resume(), for TCP cannot push back here.
  void posted(Host& host, const ConnectionRef& from, bool is_full);
  void resume(Host& host);
  /// A connection is over. True: it was the one whose poll is parked.
  bool closed(const ConnectionRef& from);
  /// `from` has said all of its request, or is gone.
  void received(const ConnectionRef& from);

  bool is_parked() const { return get_.has_value(); }
  bool is_receiving() const { return receiving_.has_value(); }
  bool is_empty() const { return waiting_.empty(); }
  /// In memory, of all that waits.
  std::size_t bytes() const { return bytes_; }
  /// What the client posts in text.
  DoubleUtf8& double_utf8() { return double_utf8_; }

  /// False when it does not fit any more.
  bool push(Host& host, FramePtr frame, std::uint16_t scope);
  bool has_room() const;
  /// Answers the parked poll with what waits, as much as clients bear in one answer; `anyway`: if that is nothing, too.
  void flush(Host& host, const User& user, bool anyway);
  /// Answers it, if there is one, with this empty packet alone.
  void release(Host& host, Type type);
  /// Everything goes to the WebSocket, and requests have their answers. False: not all of it fits.
  bool hand_over(Host& host, const User& user, const WebSocket& to);
  /// It is over: requests have their answers.
  void end(Host& host);

 private:
  struct Waiting {
    FramePtr frame;
    std::uint16_t scope = 0;
  };

  Asked poll(Host& host, const ConnectionRef& from, Request& request);
  Asked post(Host& host, const User& user, const ConnectionRef& from, const Request& request);
  bool refuse_second_post(Host& host, const ConnectionRef& from);
  Waiting pop(Host& host);
  Payload payload_of_next(std::size_t most) const;
  void answer(Host& host, std::string body, bool binary);

  const Sid& id_;
  const Revision revision_;
  const profile::Profile& profile_;
  std::optional<ConnectionRef> get_;        ///< the parked poll
  std::optional<std::string> get_jsonp_;    ///< of it
  std::optional<ConnectionRef> receiving_;  ///< a POST whose body is not complete
  std::optional<ConnectionRef> post_;       ///< taken, and answered when its events found room
  DoubleUtf8 double_utf8_;                  ///< in what is posted
  std::deque<Waiting> waiting_;
  std::size_t bytes_ = 0;
  bool base64_ = false;
  bool always_binary_ = false;
  bool greeted_ = false;  ///< the handshake is answered
};

}  // namespace polygate::engine_io
