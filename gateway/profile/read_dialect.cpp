#include "gateway/profile/read_dialect.h"

#include "gateway/dialect/envelope.h"
#include "gateway/dialect/raw.h"
#include "gateway/profile/read_value.h"

namespace polygate::profile {

std::unique_ptr<dialect::Dialect> read_dialect(ReadContext& context, const yaml::Node& node) {
  constexpr std::string_view kKnown = "known are raw and a mapping such as {name: event, body: data}";
  if (node.is_string()) {
    if (node.text() == "raw") return std::make_unique<dialect::Raw>();
    context.problem(node.place(), "unknown dialect `" + node.text() + "`: " + std::string(kKnown),
                    did_you_mean(node.text(), {"raw"}));
    return nullptr;
  }
  if (!node.is_map()) {
    mismatch(context, node, "`dialect`", "raw or a mapping such as {name: event, body: data}");
    return nullptr;
  }
  yaml::refuse_unknown_keys(node, {"name", "body"}, "`dialect`", context.diagnostics);
  const yaml::Node* name = expect_key(context, node, "name", node.place(), "`dialect`");
  if (name == nullptr) return nullptr;
  auto name_key = read_word(context, *name, "`name`");
  std::optional<std::string> body_key;
  if (const yaml::Node* body = node.find("body")) {
    body_key = read_word(context, *body, "`body`");
    if (!body_key) return nullptr;
    if (name_key && *body_key == *name_key) context.problem(body->place(), "`body` and `name` are the same key");
  }
  if (!name_key) return nullptr;
  return std::make_unique<dialect::Envelope>(std::move(*name_key), body_key.value_or(""));
}

}  // namespace polygate::profile
