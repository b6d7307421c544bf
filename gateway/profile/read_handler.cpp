#include "gateway/profile/read_handler.h"

#include <string_view>
#include <utility>

#include "gateway/profile/read_emits.h"
#include "gateway/profile/read_template.h"
#include "gateway/profile/read_value.h"
#include "gateway/profile/read_when.h"

namespace polygate::profile {

namespace {

std::optional<HandlerStep> read_asked(ReadContext& context, const yaml::Node& node, const std::string& what,
                                      bool answers) {
  HandlerStep handler;
  const yaml::Node* name = &node;
  if (node.is_map()) {
    std::vector<std::string> known = {"name", "with", "when"};
    if (answers) known.insert(known.end(), {"data", "emits"});
    if (!expect_map(context, node, what, known)) return std::nullopt;
    name = expect_key(context, node, "name", node.place(), what);
    if (const yaml::Node* with = node.find("with")) {
      if (!with->is_map()) mismatch(context, *with, "`with`", "a mapping");
      handler.with = read_shape(context, *with);
      handler.has_with = true;
    }
    if (const yaml::Node* data = node.find("data")) handler.data = read_shape(context, *data);
    if (const yaml::Node* emits = node.find("emits")) handler.emits = read_emits(context, *emits);
  }
  if (name == nullptr) return std::nullopt;
  auto word = read_word(context, *name, what);
  if (!word) return std::nullopt;
  const std::size_t dot = word->find('.');
  if (dot == std::string::npos || dot == 0 || dot + 1 == word->size()) {
    const std::string_view kind = std::string_view(what).substr(1, what.size() - 2);
    context.problem(name->place(), what + " is `plugin." + std::string(kind) + "`, this is `" + *word + "`");
    return std::nullopt;
  }
  handler.name = std::move(*word);
  handler.place = name->place();
  if (answers) context.profile.handlers_named.insert(handler.name);
  if (!read_when(context, node)) return std::nullopt;
  return handler;
}

}  // namespace

std::optional<HandlerStep> read_handler(ReadContext& context, const yaml::Node& node) {
  return read_asked(context, node, "`handler`", true);
}

std::optional<HandlerStep> read_look(ReadContext& context, const yaml::Node& node, const std::string& what) {
  return read_asked(context, node, what, false);
}

}  // namespace polygate::profile
