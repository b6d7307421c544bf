#include "bench/load/messages.h"
#include "bench/load/sessions.h"
#include "bench/load/works.h"

namespace bench {

namespace {

constexpr auto kPatience = std::chrono::seconds(5);

/// Keeps what arrives, as `session: text`.
class Journal : public Listener {
 public:
  void received(std::size_t session, std::string_view message) override {
    heard.push_back({session, std::string(message)});
  }

  struct Line {
    std::size_t session;
    std::string message;
  };
  std::vector<Line> heard;
};

/// Two named sessions and a stranger, and what each must hear.
class Conversation {
 public:
  explicit Conversation(const Options& options) : pool_(options.port, options.path, 0) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    pool_.open(3, deadline);
    pool_.ask(
        2, [](std::size_t i) { return hello_message(unsigned(i)); }, "\"event\":\"welcome\"", deadline);
  }

  /// `message` from `sender` is answered by exactly one message that holds `text`, heard by `hearer`.
  void expect(std::size_t sender, const std::string& message, std::size_t hearer, std::string_view text) {
    pool_.send(sender, masked_frame(message, 0x01020304));
    Journal journal;
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (journal.heard.empty() && std::chrono::steady_clock::now() < deadline) {
      pool_.poll(std::chrono::milliseconds(50), journal);
    }
    if (journal.heard.empty()) fail("no answer to " + message);
    const auto& [session, answer] = journal.heard.front();
    if (journal.heard.size() != 1 || session != hearer || answer.find(text) == std::string::npos) {
      fail("to " + message + " session " + std::to_string(session) + " heard " + answer + ", expected session " +
           std::to_string(hearer) + " to hear " + std::string(text));
    }
  }

 private:
  SessionPool pool_;
};

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  return text.replace(text.find(what), what.size(), by);
}

}  // namespace

void check(const Options& options) {
  constexpr std::string_view kError = "\"event\":\"error\"";
  Conversation talk(options);
  for (const std::size_t size : {std::size_t(128), std::size_t(1024)}) {
    const auto good = relay_message(size, 1, 7);
    talk.expect(0, good, 1, data_of(good));
    talk.expect(2, good, 2, kError);                                              // a stranger may not relay
    talk.expect(0, replaced(good, "\"to\":\"s1\"", "\"to\":\"s9\""), 0, kError);  // nobody has that name
    talk.expect(0, replaced(good, "\"to\":\"s1\"", "\"to\":\"x1\""), 0, kError);
    talk.expect(0, replaced(good, "\"seq\":", "\"seq\":-"), 0, kError);
    talk.expect(0, replaced(good, "\"unit\":\"C\"", "\"unit\":\"X\""), 0, kError);
    talk.expect(0, replaced(good, "[21.5", "[\"a\""), 0, kError);
    talk.expect(0, replaced(good, "\"pad\":", "\"pod\":"), 0, kError);
    talk.expect(0, replaced(good, "}}}", "}}"), 0, kError);
    talk.expect(0, replaced(publish_message(size, 7), "\"seq\":", "\"seq\":-"), 0, kError);
    talk.expect(1, R"({"event":"subscribe","data":{}})", 1, "\"event\":\"subscribed\"");
    const auto published = publish_message(size, 7);
    talk.expect(0, published, 1, data_of(published));
  }
}

}  // namespace bench
