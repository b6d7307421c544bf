#include "gateway/profile/read_dialect.h"

#include "gateway/dialect/engine_io.h"
#include "gateway/dialect/envelope.h"
#include "gateway/dialect/raw.h"
#include "gateway/dialect/socket_io.h"
#include "gateway/profile/read_value.h"

namespace polygate::profile {

std::unique_ptr<dialect::Dialect> read_dialect(ReadContext& context, const yaml::Node& node) {
  constexpr std::string_view kKnown =
      "known are socket.io, engine.io, raw and a mapping such as {name: event, body: data}";
  if (node.is_string()) {
    if (node.text() == "raw") return std::make_unique<dialect::Raw>();
    if (node.text() == "engine.io") return std::make_unique<dialect::EngineIo>();
    if (node.text() == "socket.io") return std::make_unique<dialect::SocketIo>();
    context.problem(node.place(), "unknown dialect `" + node.text() + "`: " + std::string(kKnown),
                    did_you_mean(node.text(), {"raw", "engine.io", "socket.io"}));
    return nullptr;
  }
  if (!node.is_map()) {
    mismatch(context, node, "`dialect`", "socket.io, engine.io, raw or a mapping such as {name: event, body: data}");
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

namespace {

void read_recovery(ReadContext& context, const yaml::Node& node) {
  context.profile.places.recovery = node.place();
  if (!expect_map(context, node, "`recovery`", {"within", "events", "sessions"})) return;
  RecoverySettings& recovery = context.profile.engine.recovery;
  if (const yaml::Node* within = expect_key(context, node, "within", node.place(), "`recovery`")) {
    const auto duration = read_duration(context, *within, "`within`");
    recovery.within = duration.value_or(recovery.within);
    if (duration && duration->count() == 0) context.problem(within->place(), "`within` is longer than 0");
  }
  if (const yaml::Node* events = node.find("events")) {
    recovery.events = read_count(context, *events, "`events`", 1, 1'000'000).value_or(recovery.events);
  }
  if (const yaml::Node* sessions = node.find("sessions")) {
    recovery.sessions = read_count(context, *sessions, "`sessions`", 1, 10'000'000).value_or(recovery.sessions);
  }
}

}  // namespace

void read_engine(ReadContext& context, const yaml::Node& node) {
  context.profile.places.engine = node.place();
  if (!expect_map(context, node, "`engine`",
                  {"revisions", "transports", "cookie", "connect_within", "upgrade_within", "attachments", "body_bytes",
                   "connect_bytes", "repair_utf8", "recovery"})) {
    return;
  }
  EngineSettings& engine = context.profile.engine;
  if (const yaml::Node* revisions = node.find("revisions")) {
    engine.v3 = engine.v4 = false;
    each_of(*revisions, [&](const yaml::Node& item) {
      const bool known = item.kind() == yaml::Kind::integer && (item.integer() == 3 || item.integer() == 4);
      if (!known) return context.problem(item.place(), "`revisions` of Engine.IO are 3 and 4");
      (item.integer() == 3 ? engine.v3 : engine.v4) = true;
    });
    if (!engine.v3 && !engine.v4) context.problem(revisions->place(), "`revisions` has at least one");
  }
  if (const yaml::Node* transports = node.find("transports")) {
    engine.polling = engine.websocket = false;
    each_of(*transports, [&](const yaml::Node& item) {
      const auto choice = read_choice(context, item, "`transports`", {"polling", "websocket"});
      if (choice) (*choice == 0 ? engine.polling : engine.websocket) = true;
    });
  }
  if (const yaml::Node* cookie = node.find("cookie")) {
    engine.cookie = read_name(context, *cookie, "`cookie`").value_or("");
  }
  const auto duration = [&](const char* key, Millis& into) {
    const yaml::Node* found = node.find(key);
    if (found == nullptr) return;
    into = read_duration(context, *found, '`' + std::string(key) + '`').value_or(into);
    if (into.count() == 0) context.problem(found->place(), '`' + std::string(key) + "` is longer than 0");
  };
  duration("connect_within", engine.connect_within);
  duration("upgrade_within", engine.upgrade_within);
  if (const yaml::Node* attachments = node.find("attachments")) {
    engine.attachments = read_count(context, *attachments, "`attachments`", 0, 1'000).value_or(engine.attachments);
  }
  if (const yaml::Node* body = node.find("body_bytes")) {
    engine.body_bytes = read_size(context, *body, "`body_bytes`").value_or(0);
  }
  if (const yaml::Node* connect = node.find("connect_bytes")) {
    engine.connect_bytes = read_size(context, *connect, "`connect_bytes`").value_or(engine.connect_bytes);
  }
  if (const yaml::Node* repair = node.find("repair_utf8")) {
    const auto choice = read_choice(context, *repair, "`repair_utf8`", {"auto", "always", "never"});
    engine.repair_utf8 = static_cast<EngineSettings::Repair>(choice.value_or(0));
  }
  if (const yaml::Node* recovery = node.find("recovery")) read_recovery(context, *recovery);
}

}  // namespace polygate::profile
