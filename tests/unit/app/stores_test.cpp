#include "gateway/app/stores.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/app/workspace.h"
#include "tests/unit/store/postgres_server.h"

namespace polygate::app {
namespace {

using test::Workspace;
using testing::HasSubstr;

const Plugin kNotes{"notes", {}, {{"0001 notes", "CREATE TABLE note (text TEXT)"}}};
const Plugin kMarks{"marks", {}, {{"0001 marks", "CREATE TABLE mark (text TEXT)"}}};
const Plugin kNothing{"nothing", {}, {}};

class StoresTest : public testing::Test {
 protected:
  Stores stores(bool open = true) { return {StoreConfig{workspace_.path(""), {}, {"gateway.yaml", 7, 8, 0}}, open}; }
  bool there(const std::string& name) const { return std::filesystem::exists(workspace_.path(name)); }

  Workspace workspace_;
  Diagnostics problems_;
};

TEST_F(StoresTest, EachProfileHasAFileOfItsName) {
  Stores all = stores();
  Store* one = all.add("one", {&kNotes, &kNothing, &kMarks}, problems_);
  Store* two = all.add("two", {&kNotes}, problems_);
  ASSERT_TRUE(one && two) << problems_.text();
  EXPECT_TRUE(there("one.db") && there("two.db"));
  const auto insert = [](Transaction& db) -> Result<void> {
    const auto ran = db.run("INSERT INTO note VALUES ('here')");
    return ran ? Result<void>() : ran.failure();
  };
  ASSERT_TRUE(one->write("", insert));
  EXPECT_EQ(one->query("SELECT * FROM note")->size(), 1U);
  EXPECT_EQ(two->query("SELECT * FROM note")->size(), 0U);
  EXPECT_TRUE(one->query("SELECT * FROM mark"));
  EXPECT_FALSE(two->query("SELECT * FROM mark"));
  EXPECT_TRUE(all.health());
  const auto meters = all.meters();
  ASSERT_EQ(meters.size(), 2U);
  EXPECT_EQ(meters[0].profile, "one");
  EXPECT_EQ(meters[0].meter.written, 3U) << "two migrations and the note";
  EXPECT_EQ(meters[1].meter.written, 1U);
}

TEST_F(StoresTest, OnAServerEachProfileHasASchemaOfItsName) {
  const PostgresServer server;
  const StoreConfig config{{}, server.uri(), {"gateway.yaml", 7, 8, 0}};
  {
    Stores all(config, true);
    Store* one = all.add("one-profile", {&kNotes}, problems_);
    ASSERT_TRUE(one && all.add("two", {&kNotes}, problems_)) << problems_.text();
    const auto schemas = one->query(
        "SELECT table_schema FROM information_schema.tables WHERE table_name = 'note' "
        "ORDER BY table_schema");
    ASSERT_TRUE(schemas) << schemas.failure().details;
    EXPECT_EQ(*schemas, (StoreRows{{"one-profile"}, {"two"}}));
  }
  Plugin edited = kNotes;
  edited.migrations[0].sql += " ";
  EXPECT_EQ(Stores(config, true).add("two", {&edited}, problems_), nullptr);
  EXPECT_THAT(problems_.text(), HasSubstr("the migration `0001 notes` has changed since it ran in this store"));
  EXPECT_FALSE(problems_.may_pass());
}

TEST_F(StoresTest, AServerThatIsNotThereStopsTheStart) {
  Stores all(StoreConfig{{}, "postgresql://%2Fnowhere/rows", {"gateway.yaml", 7, 8, 0}}, true);
  EXPECT_EQ(all.add("one", {&kNotes}, problems_), nullptr);
  EXPECT_THAT(problems_.text(), HasSubstr("gateway.yaml:7:8: the store of profile `one` cannot be opened: connection"));
  EXPECT_TRUE(problems_.may_pass());
}

TEST_F(StoresTest, AProfileWhosePluginsKeepNoRowsHasNone) {
  Stores all = stores();
  EXPECT_EQ(all.add("one", {&kNothing}, problems_), nullptr);
  EXPECT_EQ(all.add("two", {}, problems_), nullptr);
  EXPECT_FALSE(there("one.db") || there("two.db"));
  Stores none(std::nullopt, true);
  EXPECT_EQ(none.add("one", {&kNotes}, problems_), nullptr);
  EXPECT_TRUE(problems_.empty());
}

TEST_F(StoresTest, NotOpenTheyTakeNothingAndMakeNoFile) {
  Stores all = stores(false);
  Store* store = all.add("one", {&kNotes}, problems_);
  ASSERT_TRUE(store);
  const auto refused = store->write("", [](Transaction&) { return Result<void>(); });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.failure().reason, Reason::busy);
  EXPECT_EQ(store->query("SELECT 1").failure().reason, Reason::busy);
  EXPECT_FALSE(there("one.db"));
}

TEST_F(StoresTest, AMigrationThatHasChangedStopsTheStart) {
  { ASSERT_TRUE(stores().add("one", {&kNotes}, problems_)); }
  Plugin edited = kNotes;
  edited.migrations[0].sql = "CREATE TABLE note (text TEXT, more TEXT)";
  EXPECT_EQ(stores().add("one", {&edited}, problems_), nullptr);
  EXPECT_THAT(problems_.text(),
              HasSubstr("gateway.yaml:7:8: the store of profile `one` cannot be opened: plugin `notes`: the migration "
                        "`0001 notes` has changed since it ran in this store"));
}

TEST_F(StoresTest, AFolderThatIsNotThereStopsTheStart) {
  Stores all(StoreConfig{workspace_.path("nowhere"), {}, {"gateway.yaml", 7, 8, 0}}, true);
  EXPECT_EQ(all.add("one", {&kNotes}, problems_), nullptr);
  EXPECT_THAT(problems_.text(), HasSubstr("nowhere: No such file or directory"));
}

TEST_F(StoresTest, TheirHealthNamesTheProfileThatIsIll) {
  Stores all = stores();
  all.add("one", {&kNotes}, problems_);
  Store* two = all.add("two", {&kNotes}, problems_);
  std::filesystem::remove(workspace_.path("two.db"));
  EXPECT_FALSE(two->write("", [](Transaction&) { return Result<void>(); }));
  const auto ill = all.health();
  ASSERT_FALSE(ill);
  EXPECT_EQ(ill.failure().message, "profile two: the store is out of reach, try again later");
}

}  // namespace
}  // namespace polygate::app
