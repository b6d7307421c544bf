#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/base/result.h"
#include "gateway/dialect/engine_io_packet.h"
#include "gateway/engine_io/letters.h"
#include "gateway/profile/profile.h"

namespace polygate::engine_io {

/// Clients 1.x encode what they POST as UTF-8 twice. The first text beyond ASCII tells who does.
class DoubleUtf8 {
 public:
  using Repair = profile::EngineSettings::Repair;
  explicit DoubleUtf8(Repair repair)
      : text_(repair == Repair::always  ? Text::doubled
              : repair == Repair::never ? Text::plain
                                        : Text::unknown) {}
  /// The text as it was meant; `scratch` keeps it.
  std::string_view undo(std::string_view text, std::string& scratch);

 private:
  enum class Text : std::uint8_t { unknown, plain, doubled };
  Text text_;
};

/// The packets in the body of a POST, one after the other. Reads from the request, which outlives it.
class Body {
 public:
  /// The failure says why it is none.
  static Result<Body> of(const Request& request, Revision revision);

  /// Is one of its messages over `limit` bytes? Where a message may be several packets, text and the binary data behind
  /// it, `gathered` is what came of one so far.
  bool is_too_large(std::size_t limit, std::optional<std::size_t> gathered) const;
  bool is_empty() const { return rest().empty(); }
  /// The next packet; `double_utf8` looks at its text. Valid until the next call.
  Result<Packet> take(DoubleUtf8& double_utf8);

 private:
  Body(Payload payload, std::string_view body) : payload_(payload), body_(body) {}
  std::string_view rest() const { return (unwrapped_ ? std::string_view(*unwrapped_) : body_).substr(taken_); }

  Payload payload_;
  std::string_view body_;
  std::optional<std::string> unwrapped_;  ///< of a form
  std::size_t taken_ = 0;
  std::size_t count_ = 0;
  std::string scratch_;
  std::string repaired_;
};

}  // namespace polygate::engine_io
