#include "bench/load/messages.h"

#include <array>
#include <cstdio>
#include <cstdlib>

namespace bench {

namespace {

constexpr std::size_t kLargeMessage = 512;  // from here on the reading carries kLargeValues numbers
constexpr int kLargeValues = 32;
constexpr std::uint32_t kFirstSequence = 100'000;  // six digits, so that every message has the same length
constexpr unsigned kFirstController = 1'000;       // four digits, for the same reason

std::string values(std::size_t size) {
  if (size < kLargeMessage) return "21.5,22.75";
  std::string text = "21.5";
  for (int i = 1; i < kLargeValues; ++i) text += "," + std::to_string(20 + i) + ".25";
  return text;
}

std::string padded(const std::string& head, std::size_t size, const std::string& tail) {
  if (head.size() + tail.size() > size) {
    std::fprintf(stderr, "load: an event does not fit in %zu bytes, it needs %zu\n", size, head.size() + tail.size());
    std::exit(2);
  }
  return head + std::string(size - head.size() - tail.size(), 'x') + tail;
}

std::string sample_message(std::string head, std::size_t size, std::uint32_t sequence) {
  head += "\"seq\":" + std::to_string(kFirstSequence + sequence % kFirstSequence) + ",\"at\":1700000000.25,\"pad\":\"";
  const std::string tail = R"(","reading":{"unit":"C","values":[)" + values(size) + "]}}}";
  return padded(head, size, tail);
}

}  // namespace

std::string relay_message(std::size_t size, unsigned to, std::uint32_t sequence) {
  return sample_message(R"({"event":"relay","data":{"to":"s)" + std::to_string(to) + "\",", size, sequence);
}

std::string publish_message(std::size_t size, std::uint32_t sequence) {
  return sample_message(R"({"event":"publish","data":{)", size, sequence);
}

std::string reading_message(std::size_t size, unsigned controller) {
  std::string name = std::to_string(kFirstController + controller);
  const std::string head =
      R"({"event":"temperature","data":{"controller":"c)" + name + R"(","time":1700000000,"record":21.5,"sensor":")";
  return padded(head, size, R"("}})");
}

std::string hello_message(unsigned id) {
  return R"({"event":"hello","data":{"id":"s)" + std::to_string(id) + "\"}}";
}

std::string_view data_of(std::string_view message) {
  constexpr std::string_view kKey = "\"data\":";
  const auto start = message.find(kKey) + kKey.size();
  return message.substr(start, message.size() - start - 1);
}

std::string masked_frame(std::string_view message, std::uint32_t mask) {
  const std::array<char, 4> key{char(mask >> 24), char(mask >> 16), char(mask >> 8), char(mask)};
  std::string frame(1, '\x81');  // FIN, text
  if (message.size() < 126) {
    frame += char(0x80 | message.size());
  } else {
    frame += char(0x80 | 126);
    frame += char(message.size() >> 8);
    frame += char(message.size());
  }
  frame.append(key.data(), key.size());
  for (std::size_t i = 0; i < message.size(); ++i) frame += char(message[i] ^ key[i % 4]);
  return frame;
}

}  // namespace bench
