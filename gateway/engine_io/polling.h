#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/dialect/engine_message.h"
#include "gateway/engine_io/body.h"
#include "gateway/engine_io/http.h"
#include "gateway/engine_io/letters.h"
#include "gateway/profile/profile.h"
#include "gateway/routing/frame.h"

namespace polygate::engine_io {

/// The requests of a session that polls, and what waits for the next of them. Does no I/O: makes the answers, which its
/// socket sends.
class Polling {
 public:
  /// Gives the Form::scope of what waits.
  using Scopes = std::function<std::string_view(std::uint16_t)>;

  Polling(Revision revision, const Query& query, const profile::EngineSettings& settings);

  bool is_empty() const { return waiting_.empty(); }
  /// In memory, of all that waits.
  std::size_t bytes() const { return bytes_; }
  static std::size_t weight_of(const Frame& frame) { return frame.weight() + kWaitingFrame; }
  void push(FramePtr frame, std::uint16_t scope);
  struct Waiting {
    FramePtr frame;
    std::uint16_t scope = 0;
  };
  Waiting pop();

  /// Answers the parked poll, `get`, with what waits: as much as clients bear in one answer.
  http::Response answer(const Scopes& scopes, const Sid& id);
  /// Answers it with this packet alone.
  http::Response answer(const Packet& packet, const Sid& id);

  /// The one of two POSTs that came first, when `from` is not that.
  std::optional<ConnectionRef> other_post(const ConnectionRef& from) const;

  std::optional<ConnectionRef> get;        ///< the parked poll
  std::optional<std::string> get_jsonp;    ///< of it
  std::optional<ConnectionRef> receiving;  ///< a POST whose body is not complete
  std::optional<ConnectionRef> post;       ///< taken, and answered when its events found room
  DoubleUtf8 double_utf8;                  ///< in what is posted

 private:
  http::Response answer(std::string body, bool binary, const Sid& id);
  Payload payload_of_next(std::size_t most) const;

  const Revision revision_;
  const profile::EngineSettings& settings_;
  std::deque<Waiting> waiting_;
  std::size_t bytes_ = 0;
  bool base64_ = false;
  bool always_binary_ = false;
  bool greeted_ = false;  ///< the handshake is answered
};

}  // namespace polygate::engine_io
