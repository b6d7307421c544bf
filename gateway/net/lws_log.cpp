#include "gateway/net/lws_log.h"

#include <libwebsockets.h>

#include <atomic>

namespace polygate::net {
namespace {

// The library's callback takes no argument of ours, and all of its contexts share it.
std::atomic<Log*> process_log{nullptr};

void emit(int level, const char* line) {
  Log* log = process_log.load();
  if (!log) return;
  std::string_view text(line);
  while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  log->write_rarely("libwebsockets", level == LLL_ERR ? Level::error : Level::warn, "libwebsockets", {{"line", text}});
}

}  // namespace

void send_library_log_to(Log* log) {
  process_log.store(log);
  lws_set_log_level(LLL_ERR | LLL_WARN, emit);
}

}  // namespace polygate::net
