#include "gateway/store/migrations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/unit/store/engines.h"
#include "tests/unit/store/opened_store.h"

namespace polygate {
namespace {

using testing::HasSubstr;

const Migration kNotes{"0001 notes", "CREATE TABLE note (id @id, text TEXT); INSERT INTO note (text) VALUES ('first')"};
const Migration kMarks{"0002 marks", "ALTER TABLE note ADD mark BIGINT; UPDATE note SET mark = 7"};
const Migration kWrong{"0003 wrong", "CREATE TABLE other (a TEXT); INSERT INTO nowhere VALUES (1)"};

class Migrations : public testing::TestWithParam<const char*> {
 protected:
  std::string why(const std::vector<Migration>& list, std::string_view plugin = "p") {
    const Result<void> done = migrate(*store_, plugin, list);
    return done ? "" : done.failure().details;
  }

  StorePlace place_{GetParam()};
  std::unique_ptr<Store> store_ = place_.open();
};

TEST_P(Migrations, EachRunsOnceAndInOrder) {
  EXPECT_EQ(why({kNotes}), "");
  EXPECT_EQ(why({kNotes}), "");
  EXPECT_EQ(count(*store_), 1);
  store_ = place_.open();
  EXPECT_EQ(why({kNotes, kMarks}), "");
  EXPECT_EQ(*store_->query("SELECT text, mark FROM note"), (StoreRows{{"first", std::int64_t{7}}}));
  EXPECT_EQ(*store_->query("SELECT plugin, name FROM polygate_migrations ORDER BY name"),
            (StoreRows{{"p", "0001 notes"}, {"p", "0002 marks"}}));
}

TEST_P(Migrations, AFailingOneLeavesNothingOfThoseWithIt) {
  EXPECT_THAT(why({kNotes, kMarks, kWrong}),
              HasSubstr("plugin `p`: the migration `0003 wrong` failed, and nothing has changed: "));
  EXPECT_FALSE(store_->query("SELECT * FROM note"));
  EXPECT_FALSE(store_->query("SELECT * FROM other"));
  EXPECT_EQ(why({kNotes, kMarks}), "");
}

TEST_P(Migrations, AnEditedOneStopsTheStart) {
  EXPECT_EQ(why({kNotes}), "");
  Migration edited = kNotes;
  edited.sql += " ";
  EXPECT_EQ(why({edited, kMarks}),
            "plugin `p`: the migration `0001 notes` has changed since it ran in this store: put its text back, and "
            "change the tables in a new migration");
  EXPECT_FALSE(store_->query("SELECT mark FROM note")) << "nothing of what is behind it has run";
}

TEST_P(Migrations, OneThatThePluginDoesNotKnowStopsTheStart) {
  EXPECT_EQ(why({kNotes, kMarks}), "");
  EXPECT_EQ(
      why({kNotes}),
      "plugin `p`: the migration `0002 marks` has run in this store, and the plugin does not know it: the store is "
      "of a newer plugin, start the gateway with that one");
}

TEST_P(Migrations, OneThatCameInBetweenStopsTheStart) {
  const Migration late{"0002 late", "CREATE TABLE late (a TEXT)"};
  EXPECT_EQ(why({late}), "");
  EXPECT_EQ(why({{"0001 before", "CREATE TABLE early (a TEXT)"}, late}),
            "plugin `p`: the migration `0001 before` stands before `0002 late`, which has run in this store: new ones "
            "go to the end of the list");
}

TEST_P(Migrations, EachPluginHasItsOwn) {
  EXPECT_EQ(why({kNotes}), "");
  EXPECT_EQ(why({{"0001 other", "CREATE TABLE other (a TEXT)"}}, "q"), "");
  EXPECT_EQ(why({kNotes, kMarks}), "");
}

TEST_P(Migrations, OfTwoGatewaysThatStartAtOnceOneRunsThem) {
  auto other = place_.open();
  std::vector<std::thread> gateways;
  for (Store* store : {store_.get(), other.get()}) {
    gateways.emplace_back([store] { must(migrate(*store, "p", {kNotes, kMarks})); });
  }
  for (auto& gateway : gateways) gateway.join();
  EXPECT_EQ(count(*store_), 1);
  EXPECT_EQ(count(*store_, "polygate_migrations"), 2);
}

TEST(MigrationList, IsRefusedWithWhatIsWrong) {
  EXPECT_EQ(fault_in({}), "");
  EXPECT_EQ(fault_in({kNotes, kMarks}), "");
  EXPECT_THAT(fault_in({{"notes", kNotes.sql}}), HasSubstr("the migration `notes`, expected a name such as"));
  EXPECT_THAT(fault_in({{"0001", kNotes.sql}}), HasSubstr("expected a name such as `0001 readings`"));
  EXPECT_EQ(fault_in({kMarks, kNotes}), "the migration `0001 notes` behind `0002 marks`, expected a higher number");
  EXPECT_THAT(fault_in({kNotes, {"0001 more", kMarks.sql}}), HasSubstr("expected a higher number"));
  EXPECT_EQ(fault_in({{"0001 none", " "}}), "the migration `0001 none`: the statement is empty");
  EXPECT_THAT(fault_in({{"0001 odd", "CREATE TABLE t (a INTEGER)"}}), HasSubstr("write BIGINT"));
}

INSTANTIATE_TEST_SUITE_P(EveryEngine, Migrations, every_engine(), engine_name);

}  // namespace
}  // namespace polygate
