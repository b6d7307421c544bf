#include "gateway/store/statement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace polygate {
namespace {

using testing::HasSubstr;

/// What is wrong with it; empty when nothing is.
std::string fault(std::string_view sql) {
  const auto read = read_statement(sql);
  if (read) return {};
  EXPECT_EQ(read.failure().reason, Reason::internal);
  return read.failure().message;
}

TEST(Statement, CommentsAndTheClosingSemicolonAreNoPartOfIt) {
  const auto read = read_statement(" SELECT a -- the first; one\n, b /* ; */ FROM t WHERE c = 'x;--' ; \n");
  ASSERT_TRUE(read) << read.failure().message;
  EXPECT_EQ(read->text, "SELECT a , b FROM t WHERE c = 'x;--'");
  EXPECT_EQ(read->parameters, 0U);
  EXPECT_FALSE(read->defines);
}

TEST(Statement, ParametersAreCountedByTheirNumbers) {
  EXPECT_EQ(read_statement("SELECT $2, $1, $2")->parameters, 2U);
  EXPECT_EQ(read_statement("SELECT '$3', \"$4\", $1 -- $5")->parameters, 1U);
  std::string many = "SELECT $1";
  for (int i = 2; i <= 999; ++i) many += ",$" + std::to_string(i);
  EXPECT_EQ(read_statement(many)->parameters, 999U);
  EXPECT_EQ(fault("SELECT $1, $3"), "the statement has $3 but no $2");
  for (const char* wrong :
       {"SELECT $", "SELECT $0", "SELECT $01", "SELECT $1a", "SELECT $name", "SELECT $1000", "SELECT $$text$$"}) {
    EXPECT_THAT(fault(wrong), HasSubstr("a parameter is $ and a number from 1 to 999, found $")) << wrong;
  }
  EXPECT_THAT(fault("SELECT ?"), HasSubstr("write $1, $2"));
  EXPECT_THAT(fault("SELECT :name"), HasSubstr("parameters are $1, $2"));
  EXPECT_THAT(fault("SELECT @name"), HasSubstr("`@` is only for `@id`"));
}

TEST(Statement, WhetherAParameterIsNullIsNotAsked) {
  for (const char* wrong :
       {"SELECT * FROM t WHERE $1 IS NULL", "SELECT * FROM t WHERE $1 is  not null", "SELECT * FROM t WHERE a IS $1",
        "SELECT * FROM t WHERE a IS NOT $1", "SELECT * FROM t WHERE $1 ISNULL", "SELECT * FROM t WHERE $1 NOTNULL"}) {
    EXPECT_THAT(fault(wrong), HasSubstr("IS beside a parameter")) << wrong;
  }
  EXPECT_EQ(fault("SELECT * FROM t WHERE a IS NULL AND b = $1"), "");
  EXPECT_EQ(fault("SELECT * FROM t WHERE a IS NOT DISTINCT FROM $1"), "");
  EXPECT_EQ(fault("SELECT * FROM t WHERE b = '$1 IS NULL'"), "");
}

TEST(Statement, OneAtATime) {
  EXPECT_THAT(fault("DELETE FROM t; DROP TABLE t"), HasSubstr("found more after the first: DROP TABLE t"));
  EXPECT_EQ(fault(""), "the statement is empty");
  EXPECT_EQ(fault(" ; -- nothing\n"), "the statement is empty");
  const auto all = read_statements("CREATE TABLE a (b TEXT);; CREATE INDEX c ON a (b) -- the end");
  ASSERT_TRUE(all) << all.failure().message;
  ASSERT_EQ(all->size(), 2U);
  EXPECT_EQ((*all)[1].text, "CREATE INDEX c ON a (b)");
}

TEST(Statement, BeginsWithAVerbOfTheDialect) {
  for (const char* verb : {"SELECT 1", "with a AS (SELECT 1) SELECT * FROM a", "VALUES (1)", "INSERT INTO t VALUES (1)",
                           "UPDATE t SET a = 1", "DELETE FROM t"}) {
    ASSERT_EQ(fault(verb), "") << verb;
    EXPECT_FALSE(read_statement(verb)->defines) << verb;
  }
  for (const char* verb : {"CREATE TABLE t (a TEXT)", "alter TABLE t ADD a TEXT", "DROP TABLE t"}) {
    ASSERT_EQ(fault(verb), "") << verb;
    EXPECT_TRUE(read_statement(verb)->defines) << verb;
  }
  for (const char* verb : {"COMMIT", "BEGIN", "PRAGMA foreign_keys=OFF", "ATTACH 'x' AS y", "SET a = b", "VACUUM",
                           "REPLACE INTO t VALUES (1)", "SAVEPOINT one", "COPY t TO '/tmp/t'"}) {
    EXPECT_THAT(fault(verb), HasSubstr("a statement begins with SELECT, ")) << verb;
  }
}

TEST(Statement, WhatOnlySomeEnginesKnowIsRefusedWithWhatToWriteInstead) {
  const std::pair<const char*, const char*> all[] = {
      {"CREATE TABLE t (a INTEGER)", "INTEGER does not mean the same everywhere, write BIGINT"},
      {"SELECT CAST(a AS int) FROM t", "INT does not mean the same everywhere, write BIGINT"},
      {"CREATE TABLE t (a BLOB)", "write BYTEA"},
      {"CREATE TABLE t (a REAL)", "write DOUBLE PRECISION"},
      {"CREATE TABLE t (a SERIAL)", "write @id"},
      {"INSERT OR IGNORE INTO t VALUES (1)", "write ON CONFLICT"},
      {"SELECT a::text FROM t", "casts are CAST(x AS type)"},
      {"SELECT x'00'", "text in quotes has no letter before it"},
      {"SELECT [a] FROM t", "quote names with \""},
      {"SELECT `a` FROM t", "quote names with \""},
      {"SELECT 'a", "a quote ' has no end"},
      {"SELECT /* a", "a comment /* has no end"},
  };
  for (const auto& [sql, says] : all) EXPECT_THAT(fault(sql), HasSubstr(says)) << sql;
  EXPECT_THAT(fault(std::string_view("SELECT 1\0", 9)), HasSubstr("holds a NUL"));
}

TEST(Statement, AnIdIsTheEnginesOwn) {
  const auto read = read_statement("CREATE TABLE t (id @id, note TEXT DEFAULT '@id', twin @id)");
  ASSERT_TRUE(read) << read.failure().message;
  EXPECT_EQ(read->with_id("NUMBER"), "CREATE TABLE t (id NUMBER, note TEXT DEFAULT '@id', twin NUMBER)");
  EXPECT_THAT(fault("SELECT @id"), HasSubstr("`@id` is a column's type in migrations and nothing else"));
  EXPECT_THAT(fault("CREATE TABLE t (id @idea)"), HasSubstr("`@` is only for `@id`"));
  EXPECT_THAT(fault("CREATE TABLE t (a TEXT DEFAULT $1)"), HasSubstr("take no parameters"));
}

TEST(Statement, ValuesThatNotEveryEngineKeepsAreInvalid) {
  const auto says = [](StoreRow values) {
    const auto checked = check_values(values);
    if (checked) return std::string();
    EXPECT_EQ(checked.failure().reason, Reason::invalid);
    return checked.failure().message;
  };
  EXPECT_EQ(says({nullptr, std::int64_t{1}, 0.5, "é", Bytes{std::string("\0\xff", 2)}}), "");
  EXPECT_EQ(says({"fine", std::string("a\0b", 3)}), "$2: text holds a NUL");
  EXPECT_EQ(says({"\xff"}), "$1: text is not UTF-8");
  EXPECT_EQ(says({std::numeric_limits<double>::infinity()}), "$1: the number is not finite");
  EXPECT_EQ(says({std::numeric_limits<double>::quiet_NaN()}), "$1: the number is not finite");
}

}  // namespace
}  // namespace polygate
