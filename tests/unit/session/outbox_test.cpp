#include "gateway/session/outbox.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

namespace polygate::session {
namespace {

constexpr std::size_t kLimit = 64 * 1'024;

FramePtr raw(std::size_t size) {
  return std::make_shared<const Frame>(std::string(size, 'x'), 0, true);
}

bool push(Outbox& outbox, FramePtr frame, std::size_t max_bytes = kLimit, std::size_t max_frames = 0) {
  const std::string_view bytes = frame->bytes();
  return outbox.push(std::move(frame), bytes, max_bytes, max_frames);
}

TEST(Outbox, CountsWhatEachFrameTakesBesideItsBytes) {
  Outbox outbox;
  std::size_t count = 0;
  while (push(outbox, raw(14))) ++count;
  EXPECT_EQ(count, kLimit / (14 + kWaitingFrame));
  EXPECT_LE(outbox.weight(), kLimit);
  EXPECT_EQ(outbox.bytes(), count * 14);
}

TEST(Outbox, GivesTheRoomBackAsItIsWritten) {
  Outbox outbox;
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(push(outbox, raw(100)));
  outbox.written(150);
  EXPECT_EQ(outbox.weight(), 150 + 2 * kWaitingFrame);
  outbox.drop_unstarted();
  EXPECT_EQ(outbox.weight(), 50 + kWaitingFrame);
  outbox.written(50);
  EXPECT_EQ(outbox.weight(), 0u);
}

TEST(Outbox, TakesOneFrameOfAnySizeWhenItIsEmpty) {
  Outbox outbox;
  EXPECT_TRUE(push(outbox, raw(2 * kLimit)));
  EXPECT_FALSE(push(outbox, raw(1)));
  outbox.written(2 * kLimit);
  EXPECT_TRUE(push(outbox, raw(1)));
}

TEST(Outbox, LeavesAFrameThatDoesNotFitToItsCaller) {
  Outbox outbox;
  ASSERT_TRUE(push(outbox, raw(1), kLimit, 1));
  FramePtr frame = raw(1);
  EXPECT_FALSE(outbox.push(std::move(frame), "x", kLimit, 1));
  EXPECT_NE(frame, nullptr);
}

}  // namespace
}  // namespace polygate::session
