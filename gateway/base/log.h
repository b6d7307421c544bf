#pragma once
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "gateway/base/clock.h"

namespace polygate {

enum class Level : std::uint8_t { debug, info, warn, error };

/// One named value of a log line. What comes from a peer stands in a value, never in a key or in the message.
struct Field {
  std::string_view key;
  std::variant<std::string_view, std::int64_t, double, bool> value;
};

/// One line per fact, as text or as JSON, on standard error. Thread-safe; never blocks on a slow sink: a bounded queue
/// drops the oldest and counts. Values are escaped (no control byte of a peer reaches a terminal), cut at 256 bytes,
/// and hidden when the key speaks of a token, authorization, credential, secret or password. One background thread
/// writes; it takes no signals and ends with the Log, which waits five seconds for a queue that is still being read.
class Log {
 public:
  enum class Format : std::uint8_t { text, json };

  /// Writes to the file descriptor `out`, which stays the caller's; at most `queue` lines wait for it.
  Log(Format format, Level level, int out = 2, std::size_t queue = 8192);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  void write(Level level, std::string_view message, std::initializer_list<Field> fields = {});
  /// At most one line per `window` for this `kind` of fact; the next one tells how many were left out. Kinds are a
  /// closed set: those beyond 1024 share one window.
  void write_rarely(std::string_view kind, Level level, std::string_view message,
                    std::initializer_list<Field> fields = {}, Millis window = Millis(10'000));
  /// Waits until what was written before is out, but no longer than `patience`.
  void flush(Millis patience = Millis(5000));
  /// Lines that the full queue has dropped so far; the sink says so too, once it moves again.
  std::uint64_t dropped() const;

  /// The line that would be written, without time: for tests.
  static std::string format(Format format, Level level, std::string_view message, std::initializer_list<Field> fields);

 private:
  struct Sink;
  std::unique_ptr<Sink> sink_;
};

}  // namespace polygate
