#include <array>

#include "bench/load/http.h"
#include "bench/load/measure.h"
#include "bench/load/socket_io.h"

namespace bench {

namespace {

constexpr std::size_t kVariants = 8;
constexpr auto kStep = std::chrono::milliseconds(50);

/// Sessions that poll, each with two connections: 2i for its GET, 2i + 1 for its POST. As browsers do, it has a GET
/// waiting when it sends. When the POST is answered and a GET has brought the acknowledgement, that is one round trip,
/// and the next one begins.
class PollingShare final : public Share, public HttpListener {
 public:
  PollingShare(const Options& options, unsigned index, std::size_t sessions)
      : Share(options), http_(options.port, index), talks_(sessions) {
    for (std::uint32_t v = 0; v < kVariants; ++v) {
      events_[v] = socket_io::relay_packet(options.size, v);
      acks_[v] = socket_io::ack_packet(v, socket_io::relay_argument(options.size, v));
    }
  }

  void open() override {
    http_.open(2 * talks_.size());
    const auto handshake = http_.get_request(socket_io::kPollingPath);
    for (std::size_t i = 0; i < talks_.size(); ++i) http_.send(2 * i, handshake);
    wait_for("opened");
  }

  void greet() override {
    stage_ = Stage::connecting;
    for (std::size_t i = 0; i < talks_.size(); ++i) {
      send(i, http_.post_request(talks_[i].target, socket_io::kConnect));
    }
    wait_for("connected");
  }

  void start() override {
    stage_ = Stage::working;
    for (std::size_t i = 0; i < talks_.size(); ++i) send_next(i);
  }

  void poll(std::chrono::milliseconds timeout) override { http_.poll(timeout, *this); }
  std::size_t sessions() const override { return talks_.size(); }

  void answered(std::size_t connection, std::string_view body) override {
    const auto session = connection / 2;
    auto& talk = talks_[session];
    if (connection % 2 == 1) {
      if (body != "ok" && body != "OK") fail("a POST was answered wrongly: " + std::string(body));
      talk.posted = true;
    } else if (stage_ == Stage::opening) {
      return opened(talk, body);
    } else {
      hear(session, body);
    }
    if (!talk.posted || !talk.answered) return;
    if (stage_ == Stage::connecting) {
      ++ready_;
    } else {
      ++talk.round;
      add_done(1);
      send_next(session);
    }
  }

 private:
  enum class Stage { opening, connecting, working };

  struct Talk {
    std::string target;                         // with the session's id
    std::string get;                            // the request that polls
    std::array<std::string, kVariants> events;  // the requests that send
    std::size_t round = 0;
    bool posted = false;
    bool answered = false;
    bool pong_due = false;
  };

  void opened(Talk& talk, std::string_view body) {
    const auto end = body.find('"', socket_io::kOpened.size());
    if (!body.starts_with(socket_io::kOpened) || end == std::string_view::npos) {
      fail("was not opened: " + std::string(body));
    }
    const auto id = body.substr(socket_io::kOpened.size(), end - socket_io::kOpened.size());
    talk.target = std::string(socket_io::kPollingPath) + "&sid=" + std::string(id);
    talk.get = http_.get_request(talk.target);
    for (std::size_t v = 0; v < kVariants; ++v) talk.events[v] = http_.post_request(talk.target, events_[v]);
    ++ready_;
  }

  void wait_for(const char* what) {
    const auto deadline = set_up_deadline();
    for (; ready_ < talks_.size(); poll(kStep)) {
      if (std::chrono::steady_clock::now() > deadline) {
        fail("only " + std::to_string(ready_) + " of " + std::to_string(talks_.size()) + " sessions were " + what);
      }
    }
    ready_ = 0;
  }

  void send(std::size_t session, std::string_view post) {
    auto& talk = talks_[session];
    talk.posted = talk.answered = false;
    http_.send(2 * session, talk.get);
    http_.send(2 * session + 1, post);
  }

  void send_next(std::size_t session) {
    auto& talk = talks_[session];
    const auto variant = talk.round % kVariants;
    if (!talk.pong_due) return send(session, talk.events[variant]);
    talk.pong_due = false;
    send(session,
         http_.post_request(talk.target, std::string(socket_io::kPong) + socket_io::kSeparator + events_[variant]));
  }

  /// The packets that a GET has brought; another GET is sent when what is waited for is not among them.
  void hear(std::size_t session, std::string_view body) {
    auto& talk = talks_[session];
    while (!body.empty()) {
      const auto packet = body.substr(0, body.find(socket_io::kSeparator));
      body.remove_prefix(std::min(body.size(), packet.size() + 1));
      const bool expected = stage_ == Stage::connecting ? packet.starts_with(socket_io::kConnected)
                                                        : packet == acks_[talk.round % kVariants];
      if (packet == socket_io::kPing) {
        talk.pong_due = true;
      } else if (expected && !talk.answered) {
        talk.answered = true;
      } else {
        fail("a GET was answered wrongly: " + std::string(packet));
      }
    }
    if (!talk.answered) http_.send(2 * session, talk.get);
  }

  HttpPool http_;
  std::vector<Talk> talks_;
  std::array<std::string, kVariants> events_;
  std::array<std::string, kVariants> acks_;
  Stage stage_ = Stage::opening;
  std::size_t ready_ = 0;
};

}  // namespace

Measurement sio_polling(const Options& options) {
  std::vector<std::unique_ptr<Share>> shares;
  for (std::size_t i = 0; i < options.cores.size(); ++i) {
    const auto sessions = part_of(options.sessions, i, options.cores.size());
    shares.push_back(std::make_unique<PollingShare>(options, unsigned(i), sessions));
  }
  return measure(options, shares);
}

}  // namespace bench
