#include "gateway/session/history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "gateway/dialect/engine_message.h"

namespace polygate::session {
namespace {

using dialect::EngineMessage;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr History::Limits kLimits{.frames = 4, .bytes = 1'000'000, .age = Millis(10'000)};

Instant at(std::int64_t milliseconds) {
  return Instant(Millis(milliseconds));
}

FramePtr frame(std::uint64_t offset, std::size_t size = 1) {
  auto message = std::make_unique<EngineMessage>(socket_io::Type::event, std::nullopt,
                                                 "[\"" + std::string(size, 'x') + "\"]", nullptr);
  if (offset != 0) message->name(offset);
  return std::make_shared<const Frame>(std::move(message));
}

/// The offsets of what is told again; -1 when it cannot be.
std::vector<int> after(const History& history, std::string_view offset) {
  const auto found = history.after(offset);
  if (!found) return {-1};
  std::vector<int> offsets;
  for (const FramePtr& one : *found) offsets.push_back(static_cast<int>(one->utterance()->offset()));
  return offsets;
}

TEST(History, TellsWhatCameAfterAnOffset) {
  History history;
  for (const std::uint64_t offset : {5, 7, 9}) history.said(frame(offset), at(0), kLimits);
  EXPECT_THAT(after(history, ""), ElementsAre(5, 7, 9));
  EXPECT_THAT(after(history, "5"), ElementsAre(7, 9));
  EXPECT_THAT(after(history, "9"), IsEmpty());
}

TEST(History, KnowsNothingOfOtherOffsets) {
  History history;
  history.said(frame(5), at(0), kLimits);
  for (const char* offset : {"6", "0", "-5", "5 ", " 5", "5x", "x", "18446744073709551621"}) {
    EXPECT_THAT(after(history, offset), ElementsAre(-1)) << offset;
  }
}

TEST(History, HasOneEntryForWhatIsSaidTwiceInARow) {
  History history;
  for (const std::uint64_t offset : {5, 5, 6}) history.said(frame(offset), at(0), kLimits);
  EXPECT_THAT(after(history, "5"), ElementsAre(6));
}

TEST(History, IsBoundedByFrames) {
  History history;
  for (std::uint64_t offset = 1; offset <= 6; ++offset) history.said(frame(offset), at(0), kLimits);
  EXPECT_THAT(after(history, "2"), ElementsAre(3, 4, 5, 6)) << "the last that was forgotten is still known by name";
  EXPECT_THAT(after(history, "1"), ElementsAre(-1));
  EXPECT_THAT(after(history, ""), ElementsAre(-1)) << "who heard nothing has missed what was forgotten";
}

TEST(History, IsBoundedByBytes) {
  History history;
  const History::Limits limits{.frames = 100, .bytes = 5'000, .age = Millis(10'000)};
  for (std::uint64_t offset = 1; offset <= 4; ++offset) history.said(frame(offset, 2'000), at(0), limits);
  EXPECT_THAT(after(history, "2"), ElementsAre(3, 4));
  EXPECT_THAT(after(history, "1"), ElementsAre(-1));
}

TEST(History, IsBoundedByAge) {
  History history;
  history.said(frame(1), at(0), kLimits);
  history.said(frame(2), at(10'000), kLimits);
  EXPECT_THAT(after(history, ""), ElementsAre(1, 2));
  history.said(frame(3), at(10'001), kLimits);
  EXPECT_THAT(after(history, ""), ElementsAre(-1));
  EXPECT_THAT(after(history, "1"), ElementsAre(2, 3));
}

TEST(History, TellsEverythingThatWasCertainlyMissed) {
  History history;
  history.said(frame(0), at(0), kLimits);  // nobody knows whether this was heard
  history.said(frame(1), at(0), kLimits);
  EXPECT_TRUE(history.missed(frame(0), at(1), kLimits));
  EXPECT_TRUE(history.missed(frame(2), at(99'999), kLimits));
  EXPECT_THAT(after(history, "1"), ElementsAre(0, 2));
  history.caught_up();
  history.said(frame(3), at(99'999), kLimits);
  EXPECT_THAT(after(history, "1"), ElementsAre(2, 3)) << "the next time it may have been heard";
}

TEST(History, SaysWhenSomethingMissedHasNoRoom) {
  History history;
  history.said(frame(1), at(0), kLimits);
  for (std::uint64_t offset = 2; offset <= 5; ++offset) EXPECT_TRUE(history.missed(frame(offset), at(0), kLimits));
  EXPECT_THAT(after(history, "1"), ElementsAre(2, 3, 4, 5));
  EXPECT_FALSE(history.missed(frame(6), at(0), kLimits));
}

}  // namespace
}  // namespace polygate::session
