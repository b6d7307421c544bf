#include <gtest/gtest.h>
#include <malloc.h>

#include <cstdlib>
#include <new>
#include <string>

#include "gateway/wire/http_parser.h"
#include "websocket_samples.h"

namespace {

// Bytes that are allocated at present: what "an idle connection holds no heap" is measured by.
thread_local std::size_t held = 0;
thread_local std::size_t allocations = 0;

}  // namespace

// Not inlined, or the compiler sees malloc() behind one half of a pair and warns.
[[gnu::noinline]] void* operator new(std::size_t size) {
  void* const pointer = std::malloc(size);
  if (pointer == nullptr) std::abort();
  held += malloc_usable_size(pointer);
  ++allocations;
  return pointer;
}

[[gnu::noinline]] void operator delete(void* pointer) noexcept {
  held -= malloc_usable_size(pointer);
  std::free(pointer);
}

[[gnu::noinline]] void operator delete(void* pointer, std::size_t) noexcept {
  operator delete(pointer);
}

namespace polygate::wire {
namespace {

using Kind = WebSocketItem::Kind;

TEST(Memory, AnIdleHttpParserHoldsNoHeap) {
  const std::string request =
      "POST /a%20b?c=d HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n" + std::string(1000, 'x');
  HttpParser parser;
  const std::size_t before = held;
  for (int round = 0; round < 3; ++round) {
    std::string_view bytes = request;
    EXPECT_EQ(parser.feed(bytes), HttpParser::State::head);
    EXPECT_EQ(parser.feed(bytes), HttpParser::State::request);
    EXPECT_GT(held, before);
    parser.next();
    EXPECT_EQ(held, before);
  }
}

TEST(Memory, AnIdleDecoderHoldsNoHeap) {
  std::string bytes =
      masked(Opcode::text, std::string(1000, 'x'), false) + masked(Opcode::ping, std::string(100, 'p')) +
      masked(Opcode::continuation, std::string(1000, 'y')) + masked(Opcode::binary, std::string(500, 'z'));
  WebSocketDecoder decoder(10'000);
  const std::size_t before = held;
  int items = 0;
  for (std::size_t at = 0; at < bytes.size(); at += 50) {
    std::span<char> left = std::span(bytes).subspan(at, std::min<std::size_t>(50, bytes.size() - at));
    while (decoder.next(left).kind != Kind::more) ++items;
  }
  EXPECT_EQ(items, 3);
  EXPECT_EQ(held, before);
}

TEST(Memory, AWholeMessageCostsNoAllocation) {
  std::string bytes = masked(Opcode::text, std::string(1000, 'x')) + masked(Opcode::ping, std::string(100, 'p'));
  WebSocketDecoder decoder(10'000);
  const std::size_t before = allocations;
  std::span<char> left(bytes);
  EXPECT_EQ(decoder.next(left).kind, Kind::text);
  EXPECT_EQ(decoder.next(left).kind, Kind::ping);
  EXPECT_EQ(decoder.next(left).kind, Kind::more);
  EXPECT_EQ(allocations, before);
}

TEST(Threats, T05_MemoryFollowsWhatWasSentNotWhatWasDeclared) {
  std::string bytes = "\x82\xff";
  bytes += std::string("\x00\x00\x00\x00\x40\x00\x00\x00", 8) + "mask" + std::string(1000, 'x');
  WebSocketDecoder decoder(std::size_t{1} << 31);
  const std::size_t before = held;
  std::span<char> left(bytes);
  EXPECT_EQ(decoder.next(left).kind, Kind::more);
  EXPECT_LT(held - before, 2'200u);
}

TEST(Threats, T06_AFragmentFloodHoldsAtMostTwiceItsBytes) {
  WebSocketDecoder decoder(1 << 20);
  const std::size_t before = held;
  std::size_t most = 0;
  for (int i = 0; i < 16'000; ++i) {
    std::string frame = masked(i == 0 ? Opcode::binary : Opcode::continuation, std::string(64, 'x'), false);
    const std::size_t own = frame.capacity() + 1;
    std::span<char> left(frame);
    ASSERT_EQ(decoder.next(left).kind, Kind::more);
    most = std::max(most, held - before - own);
  }
  EXPECT_LT(most, (2u << 20) + 4096);
}

}  // namespace
}  // namespace polygate::wire
