#include <stdexcept>
#include <string>

#include "gateway/plugin/plugin.h"

namespace {

/// Greets whoever says a name, in the words of the profile's `settings: {greeting: Hello}`.
class Greet {
 public:
  explicit Greet(const polygate::Settings& settings) {
    const auto found = settings.values.find("greeting");
    if (found == settings.values.end() || !found->is_string()) {
      throw std::invalid_argument("settings.greeting must be a string, such as Hello");
    }
    greeting_ = found->get<std::string>();
  }

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
  plugin.failure("no_name", polygate::Reason::invalid, "data.name is empty, whom shall I greet?");
  plugin.handler<Greet>("greet");
}
