#pragma once
#include <cstddef>
#include <memory>
#include <string>

#include "gateway/base/clock.h"
#include "gateway/store/store.h"

namespace polygate {

struct PostgresOptions {
  std::string connection;                  ///< as libpq takes it: "host=/run/postgresql dbname=polygate", or a URI
  std::string schema;                      ///< the profile's own; made when it is not there
  unsigned writers = 12;                   ///< connections that write, each for its share of the keys
  unsigned readers = 4;                    ///< queries at the same time; more wait for one another
  std::size_t max_waiting_writes = 4'096;  ///< on all connections together; beyond it submit() answers `busy`
  Millis lock_timeout{5'000};              ///< how long to wait for a lock that another transaction holds
};

/// What is wrong with a connection text, as far as it can be known without a server, or nothing. A password in it is
/// wrong: libpq takes that from PGPASSFILE or PGPASSWORD.
std::string fault_in_postgres(const std::string& connection);

/// A schema of a PostgreSQL server. Each write is a transaction of its own, READ COMMITTED, under an advisory lock on
/// its key that all gateways with this schema respect; it goes over the connection that its key chooses. A
/// serialization failure or a deadlock runs it again, up to five times. When the connection is lost in mid-commit
/// nobody knows whether it was written: that is told and never done again. A lost connection is opened anew by the next
/// call.
Result<std::unique_ptr<Store>> open_postgres(const PostgresOptions& options);

}  // namespace polygate
