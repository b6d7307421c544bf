#include "gateway/profile/check_effects.h"

#include <algorithm>

#include "gateway/profile/check_paths.h"

namespace polygate::profile {
namespace {

bool is_whole_data(const Shape& shape) {
  return shape.kind == Shape::Kind::text && shape.text.is_whole(Root::data);
}

/// Data that has no path in it can be held against its schema now.
void check_constant(CheckContext& context, const std::string& json_text, const Place& place,
                    const Definitions::Definition& definition) {
  json::Document document;
  if (!document.parse(json_text)) return;
  const auto errors = definition.schema->errors(document.root(), 1);
  if (errors.empty()) return;
  const std::string where = errors[0].instance.empty() ? "" : " at " + errors[0].instance;
  context.problem(place, "this data does not match " + context.definitions.shown(definition.name) + where + ": " +
                             errors[0].message);
}

/// A field that the schema refuses would never get out.
void check_fields(CheckContext& context, const std::vector<Shape::Entry>& fields, std::vector<std::string> path,
                  const Definitions::Definition& definition) {
  for (const auto& [key, value] : fields) {
    path.push_back(key);
    const auto names = definition.schema->look_up(path);
    if (!names.known) {
      context.problem(value.place, "field `" + key + "` is not in " + context.definitions.shown(definition.name),
                      did_you_mean(key, names.declared));
    } else if (value.kind == Shape::Kind::map) {
      check_fields(context, value.entries, path, definition);
    } else if (value.kind == Shape::Kind::each) {
      path.emplace_back("*");
      check_fields(context, value.items[0].entries, path, definition);
      path.pop_back();
    }
    path.pop_back();
  }
}

void check_data_shape(CheckContext& context, const std::optional<Shape>& data, const Place& place,
                      const Definitions::Definition& definition) {
  if (definition.schema == nullptr) return;
  if (!data) return check_constant(context, "null", place, definition);
  if (data->kind == Shape::Kind::constant) return check_constant(context, data->constant, data->place, definition);
  if (data->kind == Shape::Kind::map) check_fields(context, data->entries, {}, definition);
  if (data->kind == Shape::Kind::each) check_fields(context, data->items[0].entries, {"*"}, definition);
}

void check_raw_name(CheckContext& context, const std::string& name, const Place& place) {
  if (name.empty() || name == "text" || name == "binary") return;
  context.problem(place, "this dialect has the events `text` and `binary`, not `" + name + "`");
}

/// `as` must say which event it is where the rule has none of its own.
bool has_name(CheckContext& context, const std::optional<Text>& as, const std::string& event, const CheckScope& scope,
              const Place& place) {
  if (as || !event.empty() || scope.any_event) return true;
  context.problem(place, scope.without_event() + " has no event: `as` is needed");
  return false;
}

/// `args` and `ack` belong to Socket.IO.
void check_arguments(CheckContext& context, const CheckScope& scope, const std::optional<Shape>& args,
                     const Place& place, bool has_ack) {
  if (args) check_shape(context, scope, *args);
  if (context.traits().arguments) return;
  if (args) context.problem(args->place, "events of this dialect have no `args`, only `data`");
  if (has_ack) context.problem(place, "nobody acknowledges in this dialect: `ack` is for Socket.IO");
}

/// A message as it stands is for dialects in which events have a place in JSON of their own.
void check_message(CheckContext& context, bool is_message, const std::optional<Shape>& data) {
  if (!is_message || (context.json() && !context.traits().engine_io)) return;
  context.problem(data->place, "this dialect knows events alone: `message` is for {name, body}");
}

/// The definition of an outgoing event's arguments.
std::shared_ptr<const schema::Schema> args_schema(CheckContext& context, const std::string& name,
                                                  const std::string& way, const Place& place) {
  const auto definition = context.definitions.find_args(name, way);
  if (definition.name.empty() && context.definitions.usable()) {
    context.problem(place, "the arguments of event `" + name +
                               "` have no definition: " + context.definitions.shown(name + ".args") + " is missing");
  }
  return definition.schema;
}

/// Is it a topic with which something can stay?
bool can_keep(const CheckContext& context, const TopicText& topic) {
  if (topic.family == "session") return false;
  const auto family = context.profile.families.find(topic.family);
  return family == context.profile.families.end() || family->second == TopicKind::joined;
}

/// What a reply that answers as `name` is held against.
std::shared_ptr<const schema::Schema> reply_schema(CheckContext& context, const ReplyStep& reply,
                                                   const std::string& name, const Place& place) {
  const std::string way = reply.ack == ReplyStep::Ack::only ? "ack" : "reply";
  if (reply.args) return args_schema(context, name, way, place);
  const auto definition = context.definitions.find(name, way, place);
  check_data_shape(context, reply.data, reply.place, definition);
  return definition.schema;
}

/// An event that is an acknowledgement besides: is there a definition for that?
void check_ack_of(CheckContext& context, const ReplyStep& reply, const std::string& event) {
  const auto definition = context.definitions.find_ack(event, reply.args.has_value());
  if (!reply.args) check_data_shape(context, reply.data, reply.place, definition);
}

void check_keep(CheckContext& context, const CheckScope& scope, const SendStep& send) {
  if (!send.keep) return;
  context.profile.keeps = true;
  if (send.keep->merge) context.profile.merges = true;
  if (send.keep->merge && !context.json()) {
    context.problem(send.keep->place, "this dialect's data are bytes: there is nothing to `merge`");
  }
  check_text(context, scope, send.keep->key);
  for (const TopicText& topic : send.to) {
    if (can_keep(context, topic)) continue;
    context.problem(send.keep->key.place, "`keep` is for those who join later, nobody joins `" + topic.family + "/`");
  }
}

/// Whether two keys may turn out to be the same, as far as what stands before their first `$path` tells.
bool may_meet(const Text& one, const Text& other) {
  const auto start = [](const Text& text) { return text.parts.empty() ? std::string() : text.parts[0].literal; };
  if (one.is_constant() && other.is_constant()) return one.constant() == other.constant();
  if (one.is_constant()) return one.constant().starts_with(start(other));
  if (other.is_constant()) return other.constant().starts_with(start(one));
  return start(one).starts_with(start(other)) || start(other).starts_with(start(one));
}

std::string as_written(const Text& text) {
  std::string out;
  for (const Text::Part& part : text.parts) out += part.literal + (part.has_path ? part.path.text() : "");
  return out;
}

/// What may stay there under that key: there must be something. `verb` is what is done with it.
std::vector<Keeping> what_is_kept(CheckContext& context, const TopicText& topic, const Text& key,
                                  const std::string& verb) {
  std::vector<Keeping> found;
  if (!can_keep(context, topic)) {
    context.problem(key.place, "`" + verb + "` is for joined topics: nothing stays with `" + topic.family + "/`");
    return found;
  }
  std::vector<std::string> keys;
  const auto [first, last] = context.kept.equal_range(topic.family);
  for (auto at = first; at != last; ++at) {
    keys.push_back(as_written(at->second.key));
    if (may_meet(at->second.key, key)) found.push_back(at->second);
  }
  if (found.empty() && !context.emitted.contains(topic.family)) {
    context.problem(key.place,
                    keys.empty() ? "no rule keeps anything on `" + topic.family + "/`: there is nothing to " + verb
                                 : "no rule keeps anything on `" + topic.family + "/` under such a key",
                    did_you_mean(as_written(key), keys));
  }
  return found;
}

void check_forget(CheckContext& context, const CheckScope& scope, const SendStep& send) {
  for (const Text& key : send.forget) {
    check_text(context, scope, key);
    for (const TopicText& topic : send.to) static_cast<void>(what_is_kept(context, topic, key, "forget"));
  }
}

}  // namespace

void check_topic(CheckContext& context, const CheckScope& scope, const TopicText& topic) {
  check_text(context, scope, topic.name);
  Profile& profile = context.profile;
  if (topic.family == "user") profile.uses_user_topics = true;
  if (topic.family == "role") {
    profile.uses_role_topics = true;
    const bool known = !topic.name.is_constant() || std::find(profile.roles.begin(), profile.roles.end(),
                                                              topic.name.constant()) != profile.roles.end();
    if (!known) {
      context.problem(topic.place, "unknown role `" + topic.name.constant() + "`",
                      did_you_mean(topic.name.constant(), profile.roles));
    }
  }
  if (profile.families.contains(topic.family)) return;
  std::vector<std::string> families;
  for (const auto& [family, kind] : profile.families) families.push_back(family);
  context.problem(topic.place, "no rule claims or joins `" + topic.family + "/`: nobody can be there",
                  did_you_mean(topic.family, families));
}

std::string constant_name(const std::optional<Text>& as, const std::string& event) {
  if (!as || as->is_whole(Root::event)) return event;
  return as->is_constant() ? as->constant() : std::string();
}

void check_recall(CheckContext& context, const CheckScope& scope, const RecallStep& recall) {
  context.profile.recalls = true;
  check_topic(context, scope, recall.topic);
  check_text(context, scope, recall.key);
  if (!context.json()) {
    context.problem(recall.place, "this dialect's data are bytes: there is nothing to `recall`");
    return;
  }
  if (!context.profile.families.contains(recall.topic.family)) return;
  const std::vector<Keeping> kept = what_is_kept(context, recall.topic, recall.key, "recall");
  if (!kept.empty() && std::all_of(kept.begin(), kept.end(), [](const Keeping& one) { return one.has_args; })) {
    context.problem(recall.key.place, "what is kept there with `args` has no data to `recall`");
  }
}

Definitions::Definition definition_of_kept(CheckContext& context, const RecallStep& recall) {
  std::optional<std::string> event;
  if (context.emitted.contains(recall.topic.family)) return {};
  const auto [first, last] = context.kept.equal_range(recall.topic.family);
  for (auto at = first; at != last; ++at) {
    const Keeping& kept = at->second;
    if (kept.has_args || !may_meet(kept.key, recall.key)) continue;
    if (kept.event.empty() || (event && *event != kept.event) || context.definitions.has_args(kept.event)) return {};
    event = kept.event;
  }
  return event ? context.definitions.find(*event, "send", recall.place) : Definitions::Definition{};
}

void check_verifier(CheckContext& context, const std::string& name, const Place& place) {
  const std::vector<std::string>& known = context.surroundings.verifiers;
  if (name.empty() || std::find(known.begin(), known.end(), name) != known.end()) return;
  context.problem(place, "verifier `" + name + "` is not configured", did_you_mean(name, known));
}

void check_send(CheckContext& context, const CheckScope& outer, SendStep& send, const std::string& event) {
  CheckScope scope = outer;
  if (send.each) {
    check_text(context, outer, *send.each);
    scope.each = &*send.each;
  }
  for (const TopicText& topic : send.to) check_topic(context, scope, topic);
  if (send.except_sender && !scope.has_sender) {
    context.problem(send.place, "nobody sends what this rule tells: `except` means nothing");
  }
  if (send.as) check_text(context, scope, *send.as);
  if (send.data) check_shape(context, scope, *send.data);
  for (const auto& [key, value] : send.with) check_shape(context, scope, value);
  check_message(context, send.is_message, send.data);
  check_forget(context, scope, send);
  check_keep(context, scope, send);
  check_arguments(context, scope, send.args, send.place, !send.ack.empty());
  if (!send.ack.empty() && !context.profile.events.contains(send.ack)) {
    context.problem(send.place, "what receivers acknowledge arrives as event `" + send.ack + "`, which has no rule");
  }
  if (!send.data && !send.args && !scope.has_event) {
    context.problem(send.place, scope.without_event() + " has no data to forward: `data` is needed");
  }
  if (!has_name(context, send.as, event, scope, send.place)) return;
  const std::string name = constant_name(send.as, event);
  if (!context.json()) {
    if (send.as) check_raw_name(context, name, send.as->place);
    if (!send.with.empty()) context.problem(send.place, "this dialect's data has no fields for `with`");
    if (send.data && !is_whole_data(*send.data))
      context.problem(send.data->place, "this dialect can only forward `$data`");
    return;
  }
  if (name.empty()) {
    if (send.as) context.definitions.compile_all();
    return;
  }
  send.forwards_args = !send.data && !send.args && send.with.empty() && context.traits().arguments &&
                       context.definitions.has_args(event);
  if (send.keep && send.keep->merge && (send.args || send.forwards_args)) {
    context.problem(send.keep->place, "`merge` is for data: what is kept with `args` is no object",
                    send.forwards_args ? "write `data: $data`" : "");
  }
  if (send.args && !context.traits().arguments) return;
  if (send.args || send.forwards_args) {
    send.schema = args_schema(context, name, "send", send.as ? send.as->place : send.place);
    return;
  }
  const auto definition = context.definitions.find(name, "send", send.as ? send.as->place : send.place);
  send.schema = definition.schema;
  if (definition.schema == nullptr) return;
  if (send.data) check_data_shape(context, send.data, send.place, definition);
  check_fields(context, send.with, {}, definition);
}

void check_reply(CheckContext& context, const CheckScope& scope, ReplyStep& reply, const std::string& event) {
  if (reply.as) check_text(context, scope, *reply.as);
  if (reply.data) check_shape(context, scope, *reply.data);
  check_message(context, reply.is_message, reply.data);
  check_arguments(context, scope, reply.args, reply.place, reply.ack != ReplyStep::Ack::no);
  if (reply.ack != ReplyStep::Ack::no && !scope.has_event) {
    context.problem(reply.place, scope.without_event() + " has nothing to acknowledge");
  }
  if (!has_name(context, reply.as, event, scope, reply.place)) return;
  const std::string name = constant_name(reply.as, event);
  if (!context.json()) {
    if (reply.as) check_raw_name(context, name, reply.as->place);
    if (reply.data && !is_whole_data(*reply.data)) {
      context.problem(reply.data->place, "this dialect can only send `$data` back");
    }
    return;
  }
  if (reply.ack == ReplyStep::Ack::also && !event.empty()) check_ack_of(context, reply, event);
  if (name.empty()) {
    if (reply.as) context.definitions.compile_all();
    return;
  }
  reply.schema = reply_schema(context, reply, name, reply.as ? reply.as->place : reply.place);
}

void check_reply_of(CheckContext& context, const ReplyStep& reply, const std::string& event, const Place& place) {
  if (reply.ack == ReplyStep::Ack::also) check_ack_of(context, reply, event);
  if (reply.as && !reply.as->is_whole(Root::event)) return;
  static_cast<void>(reply_schema(context, reply, event, place));
}

}  // namespace polygate::profile
