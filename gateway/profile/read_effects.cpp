#include "gateway/profile/read_effects.h"

#include "gateway/profile/read_template.h"
#include "gateway/profile/read_value.h"
#include "gateway/profile/read_when.h"

namespace polygate::profile {
namespace {

std::optional<Shape> read_data(ReadContext& context, const yaml::Node& map) {
  const yaml::Node* data = map.find("data");
  if (data == nullptr) return std::nullopt;
  return read_shape(context, *data);
}

/// `message`: instead of the data, and all that is said.
bool read_message(ReadContext& context, const yaml::Node& map, std::optional<Shape>& data) {
  const yaml::Node* message = map.find("message");
  if (message == nullptr) return false;
  for (const char* other : {"data", "args", "with", "ack"}) {
    const yaml::Node* beside = map.find(other);
    if (beside == nullptr) continue;
    context.problem(beside->place(),
                    "`message` is all that is said: `" + std::string(other) + "` means nothing beside it");
  }
  data = read_shape(context, *message);
  return true;
}

/// `args`: a list, or one path that names one.
std::optional<Shape> read_args(ReadContext& context, const yaml::Node& map) {
  const yaml::Node* args = map.find("args");
  if (args == nullptr) return std::nullopt;
  if (map.find("data") != nullptr) context.problem(args->place(), "`args` stands instead of `data`, not beside it");
  Shape shape = read_shape(context, *args);
  const bool is_list = shape.kind == Shape::Kind::list || shape.kind == Shape::Kind::each ||
                       (shape.kind == Shape::Kind::text && shape.text.is_one_path()) ||
                       (shape.kind == Shape::Kind::constant && shape.constant.starts_with('['));
  if (!is_list) context.problem(args->place(), "`args` is a list, or one `$path` such as $args");
  return shape;
}

std::optional<Text> read_as(ReadContext& context, const yaml::Node& map) {
  const yaml::Node* as = map.find("as");
  if (as == nullptr) return std::nullopt;
  auto text = read_text(context, *as, "`as`");
  if (text && text->is_constant() && text->constant().empty()) context.problem(as->place(), "`as` is empty");
  return text;
}

/// From one second, which is as exact as it has to be, to a year.
constexpr Millis kShortestKeep{1'000};
constexpr Millis kLongestKeep = std::chrono::hours(24) * 365;

std::optional<KeepStep> read_keep(ReadContext& context, const yaml::Node& node) {
  KeepStep keep;
  keep.place = node.place();
  const yaml::Node* key = &node;
  if (node.is_map()) {
    if (!expect_map(context, node, "`keep`", {"key", "for", "merge", "full", "when"})) return std::nullopt;
    key = expect_key(context, node, "key", node.place(), "`keep`");
    if (const yaml::Node* lasts = node.find("for")) {
      keep.lasts = read_duration(context, *lasts, "`for`").value_or(kShortestKeep);
      if (keep.lasts < kShortestKeep || keep.lasts > kLongestKeep) {
        context.problem(lasts->place(), "`for` is from 1s to 365d, this is `" + lasts->text() + "`",
                        keep.lasts.count() == 0 ? "without `for` it stays until it is replaced or forgotten" : "");
      }
    }
  }
  if (const yaml::Node* merge = node.find("merge")) {
    keep.merge = read_boolean(context, *merge, "`merge`").value_or(false);
  }
  if (const yaml::Node* full = node.find("full")) {
    keep.refuses = read_choice(context, *full, "`full`", {"live", "refuse"}) == 1U;
  }
  if (key == nullptr) return std::nullopt;
  if (key == &node && !node.is_string()) {
    mismatch(context, node, "`keep`", "a key, or {key, for}");
    return std::nullopt;
  }
  auto text = read_text(context, *key, key == &node ? "`keep`" : "`key`");
  if (!text || !read_when(context, node)) return std::nullopt;
  keep.key = std::move(*text);
  return keep;
}

std::optional<SendStep> read_send(ReadContext& context, const yaml::Node& node) {
  if (!expect_map(context, node, "a `send`",
                  {"to", "as", "data", "message", "args", "with", "except", "forget", "keep", "each", "ack", "when"})) {
    return std::nullopt;
  }
  SendStep send;
  send.place = node.place();
  if (const yaml::Node* to = expect_key(context, node, "to", node.place(), "a `send`")) {
    send.to = read_topics(context, *to, "`to`");
    if (to->is_list() && to->items().empty()) context.problem(to->place(), "`to` names at least one topic");
  }
  send.as = read_as(context, node);
  send.data = read_data(context, node);
  send.args = read_args(context, node);
  send.is_message = read_message(context, node, send.data);
  if (const yaml::Node* with = node.find("with")) {
    send.with = read_fields(context, *with, "`with`");
    if ((send.data || send.args) && !send.is_message) {
      context.problem(
          with->place(),
          "`with` sets fields on the forwarded data; beside `data` or `args` there is none, put them there");
    }
  }
  if (const yaml::Node* except = node.find("except")) {
    send.except_sender = read_choice(context, *except, "`except`", {"sender"}).has_value();
  }
  if (const yaml::Node* forget = node.find("forget")) {
    each_of(*forget, [&](const yaml::Node& item) {
      if (auto key = read_text(context, item, "`forget`")) send.forget.push_back(std::move(*key));
    });
  }
  if (const yaml::Node* keep = node.find("keep")) send.keep = read_keep(context, *keep);
  if (const yaml::Node* ack = node.find("ack")) send.ack = read_word(context, *ack, "`ack`").value_or("");
  if (const yaml::Node* each = node.find("each")) send.each = read_one_path(context, *each, "`each`");
  if (!read_when(context, node)) return std::nullopt;
  return send;
}

std::optional<ReplyStep> read_reply(ReadContext& context, const yaml::Node& node) {
  ReplyStep reply;
  reply.place = node.place();
  if (node.is_string()) {
    reply.as = read_text(context, node, "`reply`");
    if (node.text().empty()) context.problem(node.place(), "`reply` names an event");
    return reply;
  }
  if (!node.is_map()) {
    mismatch(context, node, "`reply`", "an event's name or {as, data}");
    return std::nullopt;
  }
  if (!expect_map(context, node, "a `reply`", {"as", "data", "message", "args", "ack", "when"})) return std::nullopt;
  reply.as = read_as(context, node);
  reply.data = read_data(context, node);
  reply.args = read_args(context, node);
  reply.is_message = read_message(context, node, reply.data);
  if (const yaml::Node* ack = node.find("ack")) {
    if (ack->kind() == yaml::Kind::boolean) {
      reply.ack = ack->boolean() ? ReplyStep::Ack::only : ReplyStep::Ack::no;
    } else if (ack->is_string() && ack->text() == "also") {
      reply.ack = ReplyStep::Ack::also;
    } else {
      context.problem(ack->place(), "`ack` is true (the reply is the acknowledgement) or `also` (an event besides)");
    }
    if (reply.ack == ReplyStep::Ack::only && reply.as) {
      context.problem(reply.as->place, "an acknowledgement has no name: `as` needs `ack: also`");
    }
  }
  if (!read_when(context, node)) return std::nullopt;
  return reply;
}

std::vector<Reason> read_reasons(ReadContext& context, const yaml::Node& node) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < kReasonCount; ++i) names.emplace_back(name(static_cast<Reason>(i)));
  std::vector<Reason> reasons;
  each_of(node, [&](const yaml::Node& item) {
    if (const auto index = read_choice(context, item, "`on`", names)) reasons.push_back(static_cast<Reason>(*index));
  });
  return reasons;
}

}  // namespace

std::vector<SendStep> read_sends(ReadContext& context, const yaml::Node& node) {
  std::vector<SendStep> sends;
  each_of(node, [&](const yaml::Node& item) {
    if (auto send = read_send(context, item)) sends.push_back(std::move(*send));
  });
  return sends;
}

std::vector<ReplyStep> read_replies(ReadContext& context, const yaml::Node& node) {
  std::vector<ReplyStep> replies;
  each_of(node, [&](const yaml::Node& item) {
    if (auto reply = read_reply(context, item)) replies.push_back(std::move(*reply));
  });
  return replies;
}

CloseStep read_close(ReadContext& context, const yaml::Node& node) {
  CloseStep step;
  if (node.kind() == yaml::Kind::boolean) {
    step.close = node.boolean();
    return step;
  }
  if (!node.is_map()) {
    mismatch(context, node, "`close`", "true or {code, reason}");
    return step;
  }
  if (!expect_map(context, node, "`close`", {"code", "reason", "when"})) return step;
  step.close = true;
  if (const yaml::Node* code = node.find("code")) {
    const bool allowed = code->kind() == yaml::Kind::integer &&
                         (code->integer() == 1000 || code->integer() == 1012 || code->integer() == 1013 ||
                          (code->integer() >= 4000 && code->integer() <= 4999));
    if (allowed) {
      step.code = static_cast<std::uint16_t>(code->integer());
    } else {
      context.problem(code->place(), "`code` is 1000, 1012, 1013 or a number from 4000 to 4999");
    }
  }
  if (const yaml::Node* reason = node.find("reason")) step.reason = read_text(context, *reason, "`reason`");
  if (!read_when(context, node)) return {};
  return step;
}

std::vector<OthersStep> read_others(ReadContext& context, const yaml::Node& node) {
  std::vector<OthersStep> all;
  each_of(node, [&](const yaml::Node& item) {
    if (!expect_map(context, item, "`others`", {"of", "leave", "join", "close", "when"})) return;
    OthersStep others;
    others.place = item.place();
    if (const yaml::Node* of = expect_key(context, item, "of", item.place(), "`others`")) {
      others.of = read_topics(context, *of, "`of`");
      if (of->is_list() && of->items().empty()) context.problem(of->place(), "`of` names at least one topic");
    }
    int orders = 0;
    for (const char* key : {"leave", "join", "close"}) orders += item.find(key) != nullptr ? 1 : 0;
    if (orders != 1) {
      context.problem(item.place(), "`others` says one thing that they do: `leave`, `join` or `close`",
                      orders > 1 ? "write a list of them" : "");
    }
    if (const yaml::Node* leave = item.find("leave")) others.leave = read_topics(context, *leave, "`leave`");
    if (const yaml::Node* join = item.find("join")) others.join = read_topics(context, *join, "`join`");
    if (const yaml::Node* close = item.find("close")) {
      others.close = read_close(context, *close);
      if (close->kind() == yaml::Kind::boolean && !close->boolean()) {
        context.problem(close->place(), "`close` of `others` is true or {code, reason}");
      }
    }
    const bool is_close_off = item.find("close") != nullptr && item.find("close")->is_map() && !others.close.close;
    if (read_when(context, item) && !is_close_off) all.push_back(std::move(others));
  });
  return all;
}

std::vector<Otherwise> read_otherwise(ReadContext& context, const yaml::Node& node) {
  std::vector<Otherwise> entries;
  each_of(node, [&](const yaml::Node& item) {
    if (!expect_map(context, item, "`otherwise`", {"from", "on", "reply", "close"})) return;
    Otherwise otherwise;
    otherwise.place = item.place();
    if (const yaml::Node* from = item.find("from")) otherwise.from = read_roles(context, *from);
    if (const yaml::Node* on = item.find("on")) otherwise.on = read_reasons(context, *on);
    if (const yaml::Node* reply = item.find("reply")) otherwise.replies = read_replies(context, *reply);
    if (const yaml::Node* close = item.find("close")) otherwise.close = read_close(context, *close);
    if (item.find("reply") == nullptr && item.find("close") == nullptr) {
      context.problem(item.place(), "`otherwise` answers with `reply` or `close`",
                      "write `reply: []` to say nothing on purpose");
    }
    entries.push_back(std::move(otherwise));
  });
  return entries;
}

Failures read_failures(ReadContext& context, const yaml::Node& node) {
  Failures failures;
  if (!node.is_map()) {
    mismatch(context, node, "`failures`", "a mapping such as {taken: That name is in use}");
    return failures;
  }
  for (const yaml::Node::Entry& entry : node.entries()) {
    FailureWords words;
    words.place = entry.key_place;
    if (!entry.value.is_map()) {
      words.text = read_text(context, entry.value, '`' + entry.key + '`');
      if (!words.text) continue;
    } else {
      if (!expect_map(context, entry.value, "a failure", {"message", "code"})) continue;
      if (const yaml::Node* text = entry.value.find("message")) words.text = read_text(context, *text, "`message`");
      if (const yaml::Node* code = entry.value.find("code")) words.code = read_text(context, *code, "`code`");
      if (entry.value.entries().empty())
        context.problem(entry.value.place(), "a failure has `message`, `code` or both");
    }
    failures.emplace(entry.key, std::move(words));
  }
  return failures;
}

}  // namespace polygate::profile
