#include <utility>

#include "bench/load/measure.h"
#include "bench/load/messages.h"
#include "bench/load/publisher.h"

namespace bench {

namespace {

constexpr std::size_t kVariants = 8;

std::vector<std::string> frames(const Options& options) {
  std::vector<std::string> frames;
  for (std::uint32_t v = 0; v < kVariants; ++v) {
    frames.push_back(masked_frame(publish_message(options.size, v), 0x9e3779b9u * (v + 1)));
  }
  return frames;
}

/// Some of the subscribers; the first share also has the publisher, as its last session.
class FanOutShare final : public SessionShare {
 public:
  FanOutShare(const Options& options, unsigned index, std::size_t subscribers, unsigned first_id, Publisher& publisher)
      : SessionShare(options, index),
        lengths_(subscribers),
        first_(publish_message(options.size, 0)),
        first_id_(first_id),
        speaks_(index == 0),
        publisher_(publisher) {}

  void open() override { pool_.open(lengths_.size() + (speaks_ ? 1 : 0), set_up_deadline()); }

  void greet() override {
    pool_.ask(
        pool_.size(), [&](std::size_t i) { return hello_message(first_id_ + unsigned(i)); }, "\"event\":\"welcome\"",
        set_up_deadline());
  }

  void prepare() override {
    pool_.ask(
        lengths_.size(), [](std::size_t) { return std::string(R"({"event":"subscribe","data":{}})"); },
        "\"event\":\"subscribed\"", set_up_deadline());
    if (speaks_) publisher_.speak_through(pool_, lengths_.size());
  }

  void start() override {
    if (speaks_) publisher_.delivered(0);
  }

  void received(std::size_t session, std::string_view message) override {
    if (session == lengths_.size()) fail("the publisher got " + std::string(message));
    auto& length = lengths_[session];
    if (length == 0 && message.find(data_of(first_)) != std::string_view::npos) length = message.size();
    if (message.size() != length) fail("published wrongly: " + std::string(message));
    ++heard_;
  }

  void after_poll() override {
    if (heard_ == 0) return;
    add_done(heard_);
    publisher_.delivered(std::exchange(heard_, 0));
  }

 private:
  std::vector<std::size_t> lengths_;  // of the messages as the server sends them, known from each session's first
  std::string first_;                 // what was published first
  unsigned first_id_;
  bool speaks_;
  Publisher& publisher_;
  std::uint64_t heard_ = 0;
};

}  // namespace

Measurement fan_out(const Options& options) {
  Publisher publisher(options, frames(options));
  std::vector<std::unique_ptr<Share>> shares;
  unsigned next_id = 0;
  for (std::size_t i = 0; i < options.cores.size(); ++i) {
    const auto subscribers = part_of(options.sessions, i, options.cores.size());
    shares.push_back(std::make_unique<FanOutShare>(options, unsigned(i), subscribers, next_id, publisher));
    next_id += unsigned(subscribers + 1);
  }
  return measure(options, shares);
}

}  // namespace bench
