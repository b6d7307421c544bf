#include "gateway/store/once.h"

#include <utility>
#include <variant>

namespace polygate {
namespace {

/// Too old ones that a transaction takes with it, so that they cannot pile up and none is long.
constexpr std::int64_t kPerWrite = 10;

}  // namespace

const std::vector<Migration>& once_migrations() {
  static const std::vector<Migration> kMigrations = {
      {"0001 once",
       "CREATE TABLE polygate_once (number @id, key TEXT NOT NULL UNIQUE, data BIGINT NOT NULL, result TEXT NOT NULL, "
       "until BIGINT NOT NULL); CREATE INDEX polygate_once_until ON polygate_once (until)"}};
  return kMigrations;
}

Result<std::optional<DoneOnce>> find_done(Transaction& transaction, const std::string& key, std::int64_t now) {
  Result<StoreRows> rows =
      transaction.run("SELECT data, result FROM polygate_once WHERE key = $1 AND until > $2", {key, now});
  if (!rows) return rows.failure();
  if (rows->empty()) return std::optional<DoneOnce>();
  StoreRow& row = rows->front();
  return std::optional(
      DoneOnce{static_cast<std::uint64_t>(std::get<std::int64_t>(row[0])), std::move(std::get<std::string>(row[1]))});
}

Result<bool> remember_done(Transaction& transaction, const std::string& key, const DoneOnce& done,
                           const Remembering& how) {
  const Result<StoreRows> gone =
      transaction.run("DELETE FROM polygate_once WHERE key = $1 AND until <= $2", {key, how.now});
  if (!gone) return gone.failure();
  const Result<StoreRows> made = transaction.run(
      "INSERT INTO polygate_once (key, data, result, until) VALUES ($1, $2, $3, $4) ON CONFLICT (key) DO NOTHING "
      "RETURNING number",
      {key, static_cast<std::int64_t>(done.data), done.result, how.until});
  if (!made) return made.failure();
  if (made->empty()) return false;
  const std::int64_t number = std::get<std::int64_t>(made->front()[0]);
  const Result<StoreRows> oldest =
      transaction.run("DELETE FROM polygate_once WHERE number <= $1", {number - static_cast<std::int64_t>(how.most)});
  if (!oldest) return oldest.failure();
  const Result<StoreRows> old = transaction.run(
      "DELETE FROM polygate_once WHERE number IN (SELECT number FROM polygate_once WHERE until <= $1 ORDER BY until "
      "LIMIT $2)",
      {how.now, kPerWrite});
  if (!old) return old.failure();
  return true;
}

}  // namespace polygate
