#include "gateway/store/once.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "gateway/store/migrations.h"
#include "tests/unit/store/engines.h"
#include "tests/unit/store/opened_store.h"

namespace polygate {
namespace {

class Once : public testing::TestWithParam<const char*> {
 protected:
  Once() {
    must(migrate(*store_, "polygate", once_migrations()));
    make_table(*store_);
  }
  /// As a handler's write does it. True: it was the first.
  bool remember(const std::string& key, const DoneOnce& done, const Remembering& how) {
    bool is_first = false;
    const Result<void> kept = store_->write(key, [&](Transaction& db) -> Result<void> {
      must(db.run("INSERT INTO note (text) VALUES ($1)", {key}));
      const Result<bool> first = remember_done(db, key, done, how);
      must(first);
      is_first = first && *first;
      return is_first ? Result<void>() : Failure{Reason::busy, "not the first"};
    });
    EXPECT_EQ(static_cast<bool>(kept), is_first);
    return is_first;
  }
  std::string find(const std::string& key, std::int64_t now) {
    std::string result = "none";
    must(store_->write(key, [&](Transaction& db) -> Result<void> {
      const auto found = find_done(db, key, now);
      must(found);
      if (found && *found) result = std::to_string((*found)->data) + " " + (*found)->result;
      return {};
    }));
    return result;
  }

  StorePlace place_{GetParam()};
  std::unique_ptr<Store> store_ = place_.open();
};

constexpr std::uint64_t kLargest = ~std::uint64_t{0};

TEST_P(Once, IsFoundWithItsDataAndItsResultForItsTime) {
  EXPECT_EQ(find("a", 0), "none");
  EXPECT_TRUE(remember("a", {kLargest, R"({"n":1})"}, {1'000, 3'000, 10}));
  EXPECT_TRUE(remember("b", {7, "null"}, {1'000, 2'000, 10}));
  EXPECT_EQ(find("a", 1'000), std::to_string(kLargest) + R"( {"n":1})");
  EXPECT_EQ(find("b", 1'999), "7 null");
  EXPECT_EQ(find("b", 2'000), "none");
  EXPECT_EQ(find("a", 2'999), std::to_string(kLargest) + R"( {"n":1})");
  EXPECT_EQ(find("a", 3'000), "none");
}

TEST_P(Once, WhoComesSecondIsToldAndKeepsNothing) {
  EXPECT_TRUE(remember("a", {1, "1"}, {1'000, 3'000, 10}));
  EXPECT_FALSE(remember("a", {1, "2"}, {1'001, 3'001, 10}));
  EXPECT_EQ(find("a", 1'000), "1 1");
  EXPECT_EQ(count(*store_), 1) << "of what the second one wrote there is nothing";
}

TEST_P(Once, WhatIsTooOldIsDoneAnewAndGivenBack) {
  for (int i = 0; i < 30; ++i) EXPECT_TRUE(remember("old " + std::to_string(i), {1, "1"}, {1'000, 2'000, 100}));
  EXPECT_EQ(count(*store_, "polygate_once"), 30);
  EXPECT_TRUE(remember("old 29", {2, "2"}, {2'000, 3'000, 100}));
  EXPECT_EQ(find("old 29", 2'000), "2 2");
  EXPECT_EQ(count(*store_, "polygate_once"), 20) << "itself, and ten others";
  EXPECT_TRUE(remember("new", {2, "2"}, {2'000, 3'000, 100}));
  EXPECT_TRUE(remember("newer", {2, "2"}, {2'000, 3'000, 100}));
  EXPECT_EQ(count(*store_, "polygate_once"), 3);
}

TEST_P(Once, OfMoreThanItMayHoldTheOldestGo) {
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(remember(std::to_string(i), {1, "1"}, {1'000, 2'000, 3}));
  EXPECT_EQ(count(*store_, "polygate_once"), 3);
  EXPECT_EQ(find("1", 1'000), "none");
  EXPECT_EQ(find("2", 1'000), "1 1");
  EXPECT_EQ(find("4", 1'000), "1 1");
}

INSTANTIATE_TEST_SUITE_P(EveryEngine, Once, every_engine(), engine_name);

}  // namespace
}  // namespace polygate
