#include <array>

#include "bench/load/measure.h"
#include "bench/load/messages.h"

namespace bench {

namespace {

constexpr std::size_t kVariants = 8;  // different sequence numbers and masks, all of one length

/// Sessions 2i and 2i+1 are pair i: the even one sends to the odd one.
class RelayShare final : public SessionShare {
 public:
  RelayShare(const Options& options, unsigned index, std::size_t pairs, unsigned first_id)
      : SessionShare(options, index), first_id_(first_id), pairs_(pairs) {
    for (std::size_t i = 0; i < pairs; ++i) {
      const auto target = unsigned(first_id + 2 * i + 1);
      for (std::size_t v = 0; v < kVariants; ++v) {
        const auto message = relay_message(options.size, target, std::uint32_t(v));
        pairs_[i].frames[v] = masked_frame(message, 0x9e3779b9u * std::uint32_t(v + 1));
        if (v == 0) pairs_[i].first = message;
      }
    }
  }

  void open() override { pool_.open(2 * pairs_.size(), set_up_deadline()); }

  void greet() override {
    pool_.ask(
        2 * pairs_.size(), [&](std::size_t i) { return hello_message(first_id_ + unsigned(i)); },
        "\"event\":\"welcome\"", set_up_deadline());
  }

  void start() override {
    for (std::size_t i = 0; i < pairs_.size(); ++i) {
      for (std::size_t n = 0; n < options_.in_flight; ++n) send_next(i);
    }
  }

  void received(std::size_t session, std::string_view message) override {
    auto& pair = pairs_[session / 2];
    if (pair.length == 0 && session % 2 == 1 && message.find(data_of(pair.first)) != std::string_view::npos) {
      pair.length = message.size();
    }
    if (message.size() != pair.length || session % 2 == 0) fail("relayed wrongly: " + std::string(message));
    add_done(1);
    send_next(session / 2);
  }

 private:
  struct Pair {
    std::array<std::string, kVariants> frames;
    std::string first;
    std::size_t sent = 0;
    std::size_t length = 0;  // of every message as the server sends it, known from the first
  };

  void send_next(std::size_t pair) { pool_.send(2 * pair, pairs_[pair].frames[pairs_[pair].sent++ % kVariants]); }

  unsigned first_id_;
  std::vector<Pair> pairs_;
};

}  // namespace

Measurement relay(const Options& options) {
  std::vector<std::unique_ptr<Share>> shares;
  unsigned next_id = 0;
  for (std::size_t i = 0; i < options.cores.size(); ++i) {
    const auto pairs = part_of(options.sessions / 2, i, options.cores.size());
    shares.push_back(std::make_unique<RelayShare>(options, unsigned(i), pairs, next_id));
    next_id += unsigned(2 * pairs);
  }
  return measure(options, shares);
}

}  // namespace bench
