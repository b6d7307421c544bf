// What the rows of the work `readings` cost without a gateway: the same statements on the same tables, in batches, on
// one thread. Prints rows, and the wall and CPU time that they took, as a line of JSON.
#include <sqlite3.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>

namespace {

constexpr char kTables[] = R"(
PRAGMA case_sensitive_like=ON;
PRAGMA journal_mode=WAL;
PRAGMA synchronous=FULL;
PRAGMA foreign_keys=ON;
PRAGMA journal_size_limit=67108864;
CREATE TABLE readings (id INTEGER PRIMARY KEY AUTOINCREMENT, received DOUBLE PRECISION NOT NULL, controller TEXT NOT NULL,
  event TEXT NOT NULL, time DOUBLE PRECISION, record DOUBLE PRECISION, data TEXT NOT NULL);
CREATE INDEX readings_by_event ON readings (event, received);
CREATE INDEX readings_by_time ON readings (received);
)";
constexpr char kInsert[] =
    "INSERT INTO readings (received, controller, event, time, record, data) VALUES ($1, $2, $3, $4, $5, $6)";

std::uint64_t nanoseconds(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return std::uint64_t(now.tv_sec) * 1'000'000'000 + std::uint64_t(now.tv_nsec);
}

[[noreturn]] void give_up(sqlite3* database) {
  std::fprintf(stderr, "bare_writer: %s\n", sqlite3_errmsg(database));
  std::exit(1);
}

void run(sqlite3* database, const char* sql) {
  if (sqlite3_exec(database, sql, nullptr, nullptr, nullptr) != SQLITE_OK) give_up(database);
}

void insert(sqlite3* database, sqlite3_stmt* statement, std::uint64_t row) {
  const std::string controller = "c" + std::to_string(1'000 + row % 1'000);
  const std::string data = R"({"controller":")" + controller + R"(","record":21.5,"sensor":"xxxx","time":1700000000})";
  sqlite3_bind_double(statement, 1, double(nanoseconds(CLOCK_REALTIME)) / 1e9);
  sqlite3_bind_text(statement, 2, controller.data(), int(controller.size()), SQLITE_STATIC);
  sqlite3_bind_text(statement, 3, "temperature", -1, SQLITE_STATIC);
  sqlite3_bind_double(statement, 4, 1'700'000'000);
  sqlite3_bind_double(statement, 5, 21.5);
  sqlite3_bind_text(statement, 6, data.data(), int(data.size()), SQLITE_STATIC);
  if (sqlite3_step(statement) != SQLITE_DONE) give_up(database);
  sqlite3_reset(statement);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: bare_writer FILE ROWS BATCH\n");
    return 2;
  }
  const std::uint64_t rows = std::strtoull(argv[2], nullptr, 10);
  const std::uint64_t batch = std::strtoull(argv[3], nullptr, 10);
  sqlite3* database = nullptr;
  if (rows == 0 || batch == 0 || sqlite3_open(argv[1], &database) != SQLITE_OK) give_up(database);
  run(database, kTables);
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(database, kInsert, -1, &statement, nullptr) != SQLITE_OK) give_up(database);

  const std::uint64_t wall = nanoseconds(CLOCK_MONOTONIC);
  const std::uint64_t cpu = nanoseconds(CLOCK_PROCESS_CPUTIME_ID);
  for (std::uint64_t row = 0; row < rows; ++row) {
    if (row % batch == 0) run(database, "BEGIN IMMEDIATE");
    run(database, "SAVEPOINT one");
    insert(database, statement, row);
    run(database, "RELEASE one");
    if (row % batch == batch - 1 || row == rows - 1) run(database, "COMMIT");
  }
  std::printf("{\"rows\": %llu, \"wall_ns\": %llu, \"cpu_ns\": %llu}\n", static_cast<unsigned long long>(rows),
              static_cast<unsigned long long>(nanoseconds(CLOCK_MONOTONIC) - wall),
              static_cast<unsigned long long>(nanoseconds(CLOCK_PROCESS_CPUTIME_ID) - cpu));
  sqlite3_finalize(statement);
  sqlite3_close(database);
}
