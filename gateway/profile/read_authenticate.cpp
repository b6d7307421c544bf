#include "gateway/profile/read_authenticate.h"

#include <utility>
#include <vector>

#include "gateway/profile/read_handler.h"
#include "gateway/profile/read_template.h"
#include "gateway/profile/read_value.h"
#include "gateway/profile/read_when.h"

namespace polygate::profile {
namespace {

std::vector<Text> read_tokens(ReadContext& context, const yaml::Node& node) {
  std::vector<Text> tokens;
  if (node.is_list() && node.items().empty()) context.problem(node.place(), "`token` names at least one path");
  each_of(node, [&](const yaml::Node& item) {
    if (auto text = read_one_path(context, item, "`token`")) tokens.push_back(std::move(*text));
  });
  return tokens;
}

/// A name, or a mapping of names to the roles that their users become.
std::vector<Judge> read_judges(ReadContext& context, const yaml::Node& node) {
  std::vector<Judge> judges;
  if (!node.is_map() && !node.is_string()) {
    mismatch(context, node, "`verifier`", "a verifier, or a mapping of verifiers to roles");
    return judges;
  }
  if (!node.is_map()) {
    if (auto name = read_word(context, node, "`verifier`")) judges.push_back({std::move(*name), {}, node.place()});
    return judges;
  }
  if (node.entries().empty()) context.problem(node.place(), "`verifier` names at least one verifier");
  for (const yaml::Node::Entry& entry : node.entries()) {
    judges.push_back({entry.key, read_roles(context, entry.value), entry.key_place});
  }
  return judges;
}

}  // namespace

std::optional<AuthenticateStep> read_authenticate(ReadContext& context, const yaml::Node& node) {
  if (!expect_map(context, node, "`authenticate`",
                  {"token", "verifier", "handler", "user", "optional", "invalid", "when"})) {
    return std::nullopt;
  }
  AuthenticateStep step;
  step.place = node.place();
  if (const yaml::Node* token = expect_key(context, node, "token", node.place(), "`authenticate`")) {
    step.tokens = read_tokens(context, *token);
  }
  if (const yaml::Node* verifier = expect_key(context, node, "verifier", node.place(), "`authenticate`")) {
    step.judges = read_judges(context, *verifier);
  }
  if (const yaml::Node* handler = node.find("handler")) step.handler = read_look(context, *handler, "`handler`");
  if (const yaml::Node* user = node.find("user")) step.user = read_text(context, *user, "`user`");
  if (const yaml::Node* optional = node.find("optional")) {
    step.optional = read_boolean(context, *optional, "`optional`").value_or(false);
  }
  if (const yaml::Node* invalid = node.find("invalid")) {
    step.invalid_is_none = read_choice(context, *invalid, "`invalid`", {"nobody"}).has_value();
    if (step.invalid_is_none && !step.optional) {
      context.problem(invalid->place(), "`invalid: nobody` takes a bad token for none, and here none fails too",
                      "write `optional: true` beside it");
    }
  }
  if (!read_when(context, node)) return std::nullopt;
  return step;
}

}  // namespace polygate::profile
