#include <algorithm>
#include <map>

#include "bench/load/messages.h"
#include "bench/load/sessions.h"
#include "bench/load/socket_io.h"
#include "bench/load/works.h"

namespace bench {

namespace {

constexpr auto kPatience = std::chrono::seconds(5);
constexpr auto kQuiet = std::chrono::milliseconds(100);  // nobody else may hear anything for so long
const std::string kRefused = "42[\"refused\",{";         // the start of every refusal

using Packets = std::vector<std::string>;

/// Keeps what arrives, by session.
class Journal : public Listener {
 public:
  void received(std::size_t session, std::string_view message) override {
    heard[session].emplace_back(message);
    ++count;
  }

  std::map<std::size_t, Packets> heard;
  std::size_t count = 0;
};

/// Is this what was expected? Of a refusal only the start is given.
bool matches(const Packets& heard, const Packets& expected) {
  return std::equal(heard.begin(), heard.end(), expected.begin(), expected.end(),
                    [](const std::string& packet, const std::string& answer) {
                      return answer == kRefused ? packet.starts_with(kRefused) : packet == answer;
                    });
}

/// Three sessions in the namespace "/", and what each must hear.
class Conversation {
 public:
  explicit Conversation(const Options& options)
      : pool_(options.port, std::string(socket_io::kWebSocketPath), 0), deadline_(patience()) {
    pool_.answer_pings(socket_io::kPing, socket_io::kPong);
    pool_.open(3, deadline_, socket_io::kOpened);
    pool_.ask(
        3, [](std::size_t) { return std::string(socket_io::kConnect); }, socket_io::kConnected, deadline_);
  }

  /// To `packet` from `sender` each of `hearers` hears `answers`, and nobody hears anything else.
  void expect(std::size_t sender, const std::string& packet, const std::vector<std::size_t>& hearers,
              const Packets& answers) {
    pool_.send(sender, masked_frame(packet, 0x01020304));
    Journal journal;
    const auto end = patience();
    while (journal.count < hearers.size() * answers.size() && std::chrono::steady_clock::now() < end) {
      pool_.poll(kQuiet, journal);
    }
    pool_.poll(kQuiet, journal);
    bool good = journal.heard.size() == hearers.size();
    for (const auto hearer : hearers) good = good && matches(journal.heard[hearer], answers);
    if (!good) fail("to " + packet + told(journal, hearers, answers));
  }

 private:
  static Deadline patience() { return std::chrono::steady_clock::now() + kPatience; }

  static std::string told(const Journal& journal, const std::vector<std::size_t>& hearers, const Packets& answers) {
    std::string text;
    for (const auto& [session, packets] : journal.heard) {
      for (const auto& packet : packets) text += "\n  session " + std::to_string(session) + " heard " + packet;
    }
    for (const auto hearer : hearers) {
      for (const auto& answer : answers) text += "\n  session " + std::to_string(hearer) + " was to hear " + answer;
    }
    return text;
  }

  SessionPool pool_;
  Deadline deadline_;
};

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  return text.replace(text.find(what), what.size(), by);
}

}  // namespace

void sio_check(const Options& options) {
  Conversation talk(options);
  const auto relay = socket_io::relay_packet(128, 7);
  const auto shout = socket_io::shout_packet(128, 7);
  const auto too_long = std::string(4096, 'x');
  talk.expect(0, relay, {0}, {socket_io::ack_packet(7, socket_io::relay_argument(128, 7))});
  talk.expect(0, shout, {0}, {kRefused});  // not in the room yet
  talk.expect(0, socket_io::join_packet(5), {0}, {socket_io::ack_packet(5, "")});
  talk.expect(1, socket_io::join_packet(6), {1}, {socket_io::ack_packet(6, "")});
  talk.expect(0, shout, {0, 1}, {socket_io::said_packet(socket_io::shout_argument(128, 7))});
  talk.expect(1, shout, {0, 1}, {socket_io::said_packet(socket_io::shout_argument(128, 7))});
  talk.expect(2, shout, {2}, {kRefused});
  // What is refused is acknowledged without arguments when it asked to be acknowledged.
  const auto refuse = [&](const std::string& good, const std::string& argument, const Packets& answers) {
    talk.expect(0, replaced(good, argument, "{\"note\":1}"), {0}, answers);
    talk.expect(0, replaced(good, argument, "{}"), {0}, answers);
    talk.expect(0, replaced(good, "\"note\":", "\"more\":1,\"note\":"), {0}, answers);
    talk.expect(0, replaced(good, "xx", too_long), {0}, answers);
  };
  refuse(relay, socket_io::relay_argument(128, 7), {kRefused, socket_io::ack_packet(7, "")});
  refuse(shout, socket_io::shout_argument(128, 7), {kRefused});
}

}  // namespace bench
