#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>

#include "gateway/plugin/plugin.h"

namespace {

using polygate::Call;
using polygate::Json;
using polygate::Outcome;

constexpr char kSettings[] = R"({
  "type": "object",
  "properties": {"greeting": {"type": "string", "minLength": 1, "maxLength": 40}},
  "required": ["greeting"]
})";

constexpr char kVisits[] = "CREATE TABLE visits (id @id, visitor TEXT NOT NULL)";
constexpr std::int64_t kRemembered = 1'000;  // visits: whatever clients can make grow has an end

/// Greets visitors in the words of the profile's `settings: {greeting: Hello}`, and remembers them. It changes nothing
/// of its own, so its methods are const and may run on several threads at once.
class Greeter {
 public:
  explicit Greeter(const polygate::Settings& settings)
      : greeting_(settings.values.at("greeting").get<std::string>()), store_(settings.store) {
    if (store_ == nullptr) throw std::invalid_argument("visits need a store: set `store` in gateway.yaml");
  }

  /// Greets whoever says a name, when the visit is on disk.
  Outcome greet(const Call& call) const {
    const std::string name = call.data.value("name", "");
    if (name.empty()) return Outcome::fail("no_name");
    return Outcome::write("visits", [name, text = greeting_ + ", " + name + "!"](polygate::Transaction& db) {
      auto done = db.run("INSERT INTO visits (visitor) VALUES ($1)", {name});
      if (done) done = db.run("DELETE FROM visits WHERE id <= (SELECT max(id) FROM visits) - $1", {kRemembered});
      if (done) done = db.run("SELECT count(*) FROM visits WHERE visitor = $1", {name});
      if (!done) return Outcome::fail(done.failure(), "the visit was not noted");
      return Outcome::accept({{"text", text}, {"visits", std::get<std::int64_t>((*done)[0][0])}});
    });
  }

  /// Says who came last. Waits for the store, which inline handlers must not.
  Outcome visitors(const Call&) const {
    const auto rows = store_->query("SELECT visitor FROM visits ORDER BY id DESC LIMIT 10");
    if (!rows) return Outcome::fail(rows.failure(), "the visits cannot be read");
    Json names = Json::array();
    for (const polygate::StoreRow& row : *rows) names.push_back(std::get<std::string>(row[0]));
    return Outcome::accept({{"names", std::move(names)}});
  }

 private:
  const std::string greeting_;
  polygate::Store* const store_;
};

}  // namespace

POLYGATE_PLUGIN(example_greeter, plugin) {
  plugin.settings_schema(kSettings);
  plugin.migrations({{"0001 visits", kVisits}});
  plugin.failure("no_name", polygate::Reason::invalid, "data.name is empty, whom shall I greet?");
  plugin.state<Greeter>()
      .handler("greet", &Greeter::greet, polygate::Threading::inline_)
      .handler("visitors", &Greeter::visitors, polygate::Threading::blocking);
}
