#include "gateway/store/migrations.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <utility>

#include "gateway/store/fnv.h"
#include "gateway/store/statement.h"
#include "gateway/store/trouble.h"
#include "gateway/store/waiting.h"

namespace polygate {
namespace {

constexpr std::string_view kTable =
    "CREATE TABLE IF NOT EXISTS polygate_migrations ("
    " plugin TEXT NOT NULL, name TEXT NOT NULL, hash TEXT NOT NULL, PRIMARY KEY (plugin, name))";
constexpr std::string_view kLock = "polygate_migrations";  // the key that all processes have in common

bool is_named(std::string_view name) {
  return name.size() > 5 && name[4] == ' ' &&
         std::all_of(name.begin(), name.begin() + 4, [](char c) { return c >= '0' && c <= '9'; });
}

/// Tells an edited text from the one that ran.
std::string hash_of(std::string_view sql) {
  const std::uint64_t hash = fnv1a(sql);
  std::string digits;
  for (int shift = 60; shift >= 0; shift -= 4) digits += "0123456789abcdef"[hash >> shift & 0xF];
  return digits;
}

Failure stop(std::string_view plugin, const std::string& name, const std::string& why) {
  return trouble(Trouble::misuse, "plugin `" + std::string(plugin) + "`: the migration `" + name + "` " + why);
}

/// How many of the list have run, as the store remembers; or why it does not go together with the list.
Result<std::size_t> count_done(const StoreRows& done, std::string_view plugin,
                               const std::vector<Migration>& migrations) {
  for (std::size_t i = 0; i < done.size(); ++i) {
    const auto& name = std::get<std::string>(done[i][0]);
    const auto known = std::find_if(migrations.begin(), migrations.end(),
                                    [&](const Migration& migration) { return migration.name == name; });
    if (known == migrations.end()) {
      return stop(plugin, name,
                  "has run in this store, and the plugin does not know it: the store is of a newer plugin, start the "
                  "gateway with that one");
    }
    if (hash_of(known->sql) != std::get<std::string>(done[i][1])) {
      return stop(
          plugin, name,
          "has changed since it ran in this store: put its text back, and change the tables in a new migration");
    }
    if (migrations[i].name != name) {
      return stop(plugin, migrations[i].name,
                  "stands before `" + name + "`, which has run in this store: new ones go to the end of the list");
    }
  }
  return done.size();
}

Result<void> run_missing(Transaction& transaction, std::string_view plugin, const std::vector<Migration>& migrations) {
  const std::string owner(plugin);
  if (Result<StoreRows> made = transaction.run(kTable); !made) return made.failure();
  const Result<StoreRows> rows =
      transaction.run("SELECT name, hash FROM polygate_migrations WHERE plugin = $1", {owner});
  if (!rows) return rows.failure();
  StoreRows by_name = *rows;
  const auto name_of = [](const StoreRow& row) { return std::get<std::string>(row[0]); };
  std::sort(by_name.begin(), by_name.end(),
            [&](const StoreRow& one, const StoreRow& other) { return name_of(one) < name_of(other); });
  const Result<std::size_t> done = count_done(by_name, plugin, migrations);
  if (!done) return done.failure();
  for (std::size_t i = *done; i < migrations.size(); ++i) {
    const auto& [name, sql] = migrations[i];
    const Result<std::vector<Statement>> statements = read_statements(sql);
    if (!statements) return stop(plugin, name, "cannot be read: " + statements.failure().message);
    for (const Statement& statement : *statements) {
      const Result<StoreRows> ran = transaction.run(statement.text);
      if (!ran) return stop(plugin, name, "failed, and nothing has changed: " + ran.failure().details);
    }
    const Result<StoreRows> kept = transaction.run(
        "INSERT INTO polygate_migrations (plugin, name, hash) VALUES ($1, $2, $3)", {owner, name, hash_of(sql)});
    if (!kept) return kept.failure();
  }
  return {};
}

}  // namespace

std::string fault_in(const std::vector<Migration>& migrations) {
  for (auto migration = migrations.begin(); migration != migrations.end(); ++migration) {
    const std::string it = "the migration `" + migration->name + "`";
    if (!is_named(migration->name)) return it + ", expected a name such as `0001 readings`";
    if (migration != migrations.begin() && migration->name.substr(0, 4) <= std::prev(migration)->name.substr(0, 4)) {
      return it + " behind `" + std::prev(migration)->name + "`, expected a higher number";
    }
    if (const auto read = read_statements(migration->sql); !read) return it + ": " + read.failure().message;
  }
  return {};
}

Result<void> migrate(Store& store, std::string_view plugin, const std::vector<Migration>& migrations) {
  return write_and_wait(
      store, std::string(kLock), [&](Transaction& transaction) { return run_missing(transaction, plugin, migrations); },
      true);
}

}  // namespace polygate
