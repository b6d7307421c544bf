#pragma once
#include <atomic>
#include <memory>
#include <string>

#include "gateway/store/postgres_store.h"
#include "tests/unit/store/opened_store.h"
#include "tests/unit/store/postgres_server.h"
#include "tests/unit/store/temporary_folder.h"

namespace polygate {

/// Where one test has its store, of the engine that it is run with: a file, or a schema of the shared server.
class StorePlace {
 public:
  explicit StorePlace(std::string engine) : engine_(std::move(engine)) {
    static std::atomic<int> count{0};
    schema_ = "test-" + std::to_string(++count);
  }

  std::unique_ptr<Store> open() const {
    if (engine_ == "sqlite") return polygate::open(folder_ / "db");
    PostgresOptions options;
    options.connection = PostgresServer::shared().connection();
    options.schema = schema_;
    auto store = open_postgres(options);
    EXPECT_TRUE(store) << (store ? "" : store.failure().details);
    return store ? std::move(*store) : nullptr;
  }

 private:
  const std::string engine_;
  std::string schema_;
  TemporaryFolder folder_;
};

/// For suites that hold for every engine.
inline auto every_engine() {
  return testing::Values("sqlite", "postgresql");
}
inline std::string engine_name(const testing::TestParamInfo<const char*>& info) {
  return info.param;
}

}  // namespace polygate
