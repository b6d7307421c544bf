#include "gateway/base/slot_map.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

namespace polygate {
namespace {

TEST(SlotMap, CountsUpUntilOneIsFree) {
  SlotMap<int> slots;
  EXPECT_EQ(slots.reserve(), 0U);
  EXPECT_EQ(slots.reserve(), 1U);
  EXPECT_EQ(slots.reserve(), 2U);
  EXPECT_EQ(slots.size(), 3U);
  slots.release(0);
  slots.release(2);
  EXPECT_EQ(slots.size(), 1U);
  EXPECT_EQ(slots.reserve(), 2U);  // the last that became free
  EXPECT_EQ(slots.reserve(), 0U);
  EXPECT_EQ(slots.reserve(), 3U);
}

TEST(SlotMap, AFreeSlotIsEmptyAndGivesBackWhatWasInIt) {
  SlotMap<std::unique_ptr<int>> slots;
  const auto slot = slots.reserve();
  EXPECT_EQ(slots[slot], nullptr);
  slots[slot] = std::make_unique<int>(7);
  EXPECT_EQ(*slots.release(slot), 7);
  EXPECT_EQ(*slots.find(slot), nullptr);
  EXPECT_EQ(slots[slots.reserve()], nullptr);
}

TEST(SlotMap, FindsNothingBehindItsEnd) {
  SlotMap<int> slots;
  EXPECT_EQ(slots.find(0), nullptr);
  slots[slots.reserve()] = 5;
  ASSERT_NE(slots.find(0), nullptr);
  EXPECT_EQ(*slots.find(0), 5);
  EXPECT_EQ(slots.find(1), nullptr);
  EXPECT_EQ(slots.find(UINT32_MAX), nullptr);
}

TEST(SlotMap, GoesThroughAllSlotsFreeOnesToo) {
  SlotMap<int> slots;
  for (const int value : {1, 2, 3}) slots[slots.reserve()] = value;
  slots.release(1);
  EXPECT_TRUE(std::ranges::equal(slots, std::initializer_list<int>{1, 0, 3}));
}

}  // namespace
}  // namespace polygate
