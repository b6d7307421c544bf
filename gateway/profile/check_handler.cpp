#include "gateway/profile/check_handler.h"

#include <algorithm>
#include <string>
#include <vector>

#include "gateway/profile/check_paths.h"

namespace polygate::profile {

void check_handler(CheckContext& context, const CheckScope& scope, const HandlerStep& handler, Asking asking) {
  const bool is_look = asking != Asking::handler;
  check_shape(context, scope, handler.with);
  const Surroundings& surroundings = context.surroundings;
  const std::vector<std::string>& known = is_look ? surroundings.looks : surroundings.handlers;
  const std::vector<std::string>& others = is_look ? surroundings.handlers : surroundings.looks;
  const std::string plugin = handler.name.substr(0, handler.name.find('.'));
  const auto contains = [](const std::vector<std::string>& list, const std::string& word) {
    return std::find(list.begin(), list.end(), word) != list.end();
  };
  if (!contains(context.profile.plugins, plugin)) {
    context.problem(handler.place, "plugin `" + plugin + "` is not among this profile's `plugins`",
                    did_you_mean(plugin, context.profile.plugins));
    return;
  }
  if (!contains(surroundings.plugins, plugin) || contains(known, handler.name)) return;
  if (contains(others, handler.name)) {
    const std::string said = "`" + handler.name + "`";
    context.problem(handler.place,
                    is_look ? said + " is a handler, which may write: a look only reads"
                            : said + " is a look, which only reads and decides nothing for good",
                    asking == Asking::authenticate
                        ? "`authenticate` asks a look"
                        : "write it as `" + std::string(is_look ? "handler" : "look") + ": " + handler.name + "`");
    return;
  }
  context.problem(handler.place,
                  "plugin `" + plugin + "` has no " + (is_look ? "look" : "handler") + " `" +
                      handler.name.substr(plugin.size() + 1) + "`",
                  did_you_mean(handler.name, known));
}

}  // namespace polygate::profile
