#include "gateway/base/log.h"

#include <poll.h>
#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <csignal>
#include <mutex>
#include <span>
#include <thread>
#include <unordered_map>

#include "gateway/base/utf8.h"

namespace polygate {
namespace {

constexpr std::size_t kMaxValue = 256;
constexpr std::size_t kMaxMessage = 1024;
constexpr std::size_t kMaxKinds = 1024;
constexpr std::size_t kPipeWrite = 4096;  // a pipe that poll() calls writable takes as much without blocking

std::string_view name(Level level) {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warn:
      return "warn";
    case Level::error:
      return "error";
  }
  return "error";
}

bool is_secret(std::string_view key) {
  std::string lower(key);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  for (const char* word : {"token", "authorization", "credential", "secret", "password"}) {
    if (lower.find(word) != std::string::npos) return true;
  }
  return false;
}

/// `text`, or as much as the log shows of it.
std::string clipped(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return std::string(text);
  return std::string(utf8_prefix(text, limit - 3)) + "...";
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  append_escaped(out, text);
  out += '"';
}

/// May a value stand without quotes in a text line?
bool is_bare(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) || std::string_view("_-./:@+,%#").find(static_cast<char>(c)) != std::string_view::npos;
  });
}

void append_number(std::string& out, double number) {
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

void append_value(std::string& out, Log::Format format, const Field& field) {
  if (is_secret(field.key)) {
    out += format == Log::Format::json ? "\"(hidden)\"" : "(hidden)";
  } else if (const auto* text = std::get_if<std::string_view>(&field.value)) {
    const std::string shown = clipped(*text, kMaxValue);
    if (format == Log::Format::text && is_bare(shown)) {
      out += shown;
    } else {
      append_quoted(out, shown);
    }
  } else if (const auto* integer = std::get_if<std::int64_t>(&field.value)) {
    out += std::to_string(*integer);
  } else if (const auto* number = std::get_if<double>(&field.value)) {
    if (std::isfinite(*number)) {
      append_number(out, *number);
    } else {
      append_quoted(out, std::isnan(*number) ? "nan" : *number < 0 ? "-inf" : "inf");  // JSON has no word for them
    }
  } else {
    out += std::get<bool>(field.value) ? "true" : "false";
  }
}

std::string line(Log::Format format, Level level, std::string_view message, std::span<const Field> fields,
                 std::uint64_t left_out) {
  std::string out;
  const Field suppressed{"suppressed", static_cast<std::int64_t>(left_out)};
  const bool json = format == Log::Format::json;
  const auto append_field = [&](const Field& field) {
    out += json ? "," : " ";
    if (json) {
      append_quoted(out, field.key);
      out += ':';
    } else {
      for (const char c : field.key)
        out += std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' ? c : '_';
      out += '=';
    }
    append_value(out, format, field);
  };
  if (json) {
    out += "{\"level\":\"" + std::string(name(level)) + "\",\"message\":";
    append_quoted(out, clipped(message, kMaxMessage));
  } else {
    out += name(level);
    out.resize(6, ' ');
    append_escaped(out, clipped(message, kMaxMessage));
  }
  for (const Field& field : fields) append_field(field);
  if (left_out > 0) append_field(suppressed);
  if (json) out += '}';
  return out;
}

/// The time goes in front of a line, so that a JSON line's own brace stands in the pattern.
spdlog::string_view_t behind_brace(Log::Format format, const std::string& text) {
  const std::size_t skipped = format == Log::Format::json ? 1 : 0;
  return {text.data() + skipped, text.size() - skipped};
}

/// Writes to a file descriptor without ever being stuck there: it gives up when told to.
class DescriptorSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  DescriptorSink(int out, Log::Format format, spdlog::details::thread_pool& queue)
      : out_(out), format_(format), queue_(queue) {}

  std::atomic<bool> giving_up{false};
  std::atomic<std::uint64_t> handled{0};

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    const std::uint64_t dropped = queue_.overrun_counter();
    if (dropped > reported_) {
      const Field count{"lines", static_cast<std::int64_t>(dropped - reported_)};
      reported_ = dropped;
      const std::string notice = line(format_, Level::warn, "the log could not keep up", {&count, 1}, 0);
      put({{}, spdlog::level::warn, behind_brace(format_, notice)});
    }
    put(message);
    handled.fetch_add(1, std::memory_order_release);
  }

  void put(const spdlog::details::log_msg& message) {
    spdlog::memory_buf_t buffer;
    formatter_->format(message, buffer);
    std::string_view left(buffer.data(), buffer.size());
    while (!left.empty() && !giving_up.load(std::memory_order_relaxed)) {
      pollfd ready{out_, POLLOUT, 0};
      if (poll(&ready, 1, 50) <= 0) continue;
      const ssize_t wrote = ::write(out_, left.data(), std::min(left.size(), kPipeWrite));
      if (wrote < 0 && errno != EINTR && errno != EAGAIN) return;  // nobody is left to be told
      if (wrote > 0) left.remove_prefix(static_cast<std::size_t>(wrote));
    }
  }

  void flush_() override {}

  const int out_;
  const Log::Format format_;
  spdlog::details::thread_pool& queue_;
  std::uint64_t reported_ = 0;
};

/// The process's signals are for the threads that wait for them; a broken pipe is then an error, not a signal.
void block_signals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

}  // namespace

struct Log::Sink {
  struct Window {
    Instant opened;
    std::uint64_t left_out = 0;
  };

  Format format;
  Level level;
  std::shared_ptr<spdlog::details::thread_pool> queue;
  std::shared_ptr<DescriptorSink> out;
  std::shared_ptr<spdlog::async_logger> logger;
  std::atomic<std::uint64_t> posted{0};
  std::mutex windows_mutex;  ///< a Log is shared by all threads; held for one look-up
  std::unordered_map<std::string, Window> windows;

  void post(const std::string& text) {
    posted.fetch_add(1, std::memory_order_relaxed);
    logger->log(spdlog::level::info, behind_brace(format, text));
  }
};

Log::Log(Format format, Level level, int out, std::size_t queue) : sink_(std::make_unique<Sink>()) {
  sink_->format = format;
  sink_->level = level;
  sink_->queue = std::make_shared<spdlog::details::thread_pool>(queue, 1, block_signals);
  sink_->out = std::make_shared<DescriptorSink>(out, format, *sink_->queue);
  sink_->logger = std::make_shared<spdlog::async_logger>("polygate", sink_->out, sink_->queue,
                                                         spdlog::async_overflow_policy::overrun_oldest);
  const char* pattern = format == Format::json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ",%v)" : "%Y-%m-%dT%H:%M:%S.%eZ %v";
  sink_->logger->set_formatter(
      std::make_unique<spdlog::pattern_formatter>(pattern, spdlog::pattern_time_type::utc, "\n"));
}

Log::~Log() {
  flush();
  sink_->out->giving_up = true;
}

void Log::write(Level level, std::string_view message, std::initializer_list<Field> fields) {
  if (level < sink_->level) return;
  sink_->post(line(sink_->format, level, message, {fields.begin(), fields.size()}, 0));
}

void Log::write_rarely(std::string_view kind, Level level, std::string_view message,
                       std::initializer_list<Field> fields, Millis window) {
  if (level < sink_->level) return;
  const Instant now = SystemClock().now();
  std::uint64_t left_out = 0;
  {
    const std::lock_guard lock(sink_->windows_mutex);
    auto found = sink_->windows.find(std::string(kind));
    if (found == sink_->windows.end()) {
      const bool room = sink_->windows.size() < kMaxKinds;
      found = sink_->windows.try_emplace(room ? std::string(kind) : std::string(), Sink::Window{now - window}).first;
    }
    Sink::Window& last = found->second;
    if (now - last.opened < window) {
      ++last.left_out;
      return;
    }
    left_out = std::exchange(last.left_out, 0);
    last.opened = now;
  }
  sink_->post(line(sink_->format, level, message, {fields.begin(), fields.size()}, left_out));
}

void Log::flush(Millis patience) {
  const std::uint64_t posted = sink_->posted.load(std::memory_order_relaxed);
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (sink_->out->handled.load(std::memory_order_acquire) + dropped() < posted &&
         std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(Millis(1));
  }
}

std::uint64_t Log::dropped() const {
  return sink_->queue->overrun_counter();
}

std::string Log::format(Format format, Level level, std::string_view message, std::initializer_list<Field> fields) {
  return line(format, level, message, {fields.begin(), fields.size()}, 0);
}

}  // namespace polygate
