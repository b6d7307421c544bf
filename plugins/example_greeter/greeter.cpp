#include <string>

#include "gateway/plugin/plugin.h"

namespace {

constexpr char kSettings[] = R"({
  "type": "object",
  "properties": {"greeting": {"type": "string", "minLength": 1, "maxLength": 40}},
  "required": ["greeting"]
})";

/// Greets whoever says a name, in the words of the profile's `settings: {greeting: Hello}`.
class Greet {
 public:
  explicit Greet(const polygate::Settings& settings) : greeting_(settings.values.at("greeting").get<std::string>()) {}

  polygate::Outcome operator()(const polygate::Call& call) const {
    const std::string name = call.data.value("name", "");
    if (name.empty()) return polygate::Outcome::fail("no_name");
    return polygate::Outcome::accept({{"text", greeting_ + ", " + name + "!"}});
  }

 private:
  std::string greeting_;
};

}  // namespace

POLYGATE_PLUGIN(example_greeter, plugin) {
  plugin.settings_schema(kSettings);
  plugin.failure("no_name", polygate::Reason::invalid, "data.name is empty, whom shall I greet?");
  plugin.handler<Greet>("greet");
}
