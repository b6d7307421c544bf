// The `$paths` of a profile's scalars, and what they find in data that a client chose: parsing never crashes, a text
// without a dollar sign comes out as it went in, rendered JSON is JSON, and a rendered topic stays inside its family.
#include <simdjson.h>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "gateway/dialect/envelope.h"
#include "gateway/profile/read.h"
#include "gateway/rules/render.h"

namespace {

using namespace polygate;

class Nobody final : public rules::Subject {
 public:
  SessionId id() const override { return {0, 1, 2}; }
  profile::RoleIndex role() const override { return 0; }
  const auth::IdentityPtr& identity() const override { return identity_; }
  std::string_view user() const override { return "u"; }
  std::string_view address() const override { return "127.0.0.1"; }
  const Json* variables() const override { return nullptr; }
  std::vector<Topic> joined(std::string_view) const override {
    return {Topic::make(TopicKind::joined, "p", "f", "a"), Topic::make(TopicKind::joined, "p", "f", "b")};
  }
  bool inside(const Topic&) const override { return false; }
  std::size_t memberships_left() const override { return 1; }
  std::optional<std::string_view> parameter(profile::Root, std::string_view) const override { return "p"; }

 private:
  auth::IdentityPtr identity_;
};

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string input(reinterpret_cast<const char*>(bytes), size);
  const std::size_t cut = input.find('\n');
  const std::string written = input.substr(0, cut);
  const std::string data = cut == std::string::npos ? "null" : input.substr(cut + 1);

  // The YAML reader lets nothing else through.
  if (!simdjson::validate_utf8(written)) return 0;
  Diagnostics problems;
  const profile::Text text = profile::parse_text(written, {"fuzz.yaml", 1, 1, 0}, problems);
  if (!problems.empty()) return 0;
  if (written.find('$') == std::string::npos) require(text.is_constant() && text.constant() == written);

  json::Document document;
  if (!document.parse(data)) return 0;
  dialect::Event event;
  event.name = "e";
  event.data = document.root();
  event.data_bytes = document.bytes();
  profile::Profile about;
  about.name = "p";
  about.roles = {"r"};
  about.dialect = std::make_unique<dialect::Envelope>("event", "data");
  const SystemClock clock;
  const Nobody nobody;
  rules::Scope scope;
  scope.profile = &about;
  scope.me = &nobody;
  scope.clock = &clock;
  scope.event = event.name;
  scope.message = &event;

  profile::Shape shape;
  shape.kind = profile::Shape::Kind::text;
  shape.text = text;
  std::string json_text;
  if (rules::append_json(json_text, shape, scope)) {
    json::Document again;
    require(static_cast<bool>(again.parse(json_text, {.max_bytes = json_text.size() + 1})));
  } else {
    require(json_text.empty());
  }

  std::vector<Topic> topics;
  if (rules::append_topics(topics, {"family", text, {}}, scope)) {
    for (const Topic& topic : topics)
      require(topic.text().starts_with("family/") && topic.name().size() <= 256 + written.size());
  }
  return 0;
}
