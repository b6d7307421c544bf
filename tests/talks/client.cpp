#include "tests/talks/client.h"

namespace polygate::talks {
namespace {

std::string show(const Heard& heard) {
  if (heard.kind == Heard::Kind::nothing) return "heard nothing";
  if (heard.kind == Heard::Kind::closed) return "heard the end, code " + std::to_string(heard.code);
  return "heard " + (heard.message.text ? heard.message.bytes : hex(heard.message.bytes));
}

/// "binary 0x01ff" in JSON stands for an attachment of Socket.IO.
void detach(Json& value, std::vector<std::string>& attachments) {
  if (value.is_string()) {
    auto bytes = from_hex(value.get<std::string>());
    if (!bytes) return;
    value = {{"_placeholder", true}, {"num", attachments.size()}};
    attachments.push_back(std::move(*bytes));
  } else if (value.is_structured()) {
    for (auto& item : value) detach(item, attachments);
  }
}

void attach(Json& value, const std::vector<std::string>& attachments) {
  if (value.is_object() && value.value("_placeholder", Json()) == Json(true)) {
    const std::size_t number = value.value("num", attachments.size());
    if (number < attachments.size()) value = hex(attachments[number]);
  } else if (value.is_structured()) {
    for (auto& item : value) attach(item, attachments);
  }
}

std::uint64_t take(std::deque<std::uint64_t>& ids) {
  const std::uint64_t first = ids.front();
  ids.pop_front();
  return first;
}

}  // namespace

std::vector<Message> Client::messages(const Line& line) {
  const std::string mark = is_socket_io() || is_engine() ? "4" : "";
  if (line.form == Line::Form::raw) return {{(is_engine() ? mark : "") + line.text, true}};
  if (line.form == Line::Form::binary) return {{line.text, false}};
  if (!is_socket_io()) {
    std::string out = mark;
    dialect_->encode(out, line.name, line.args.empty() ? "null" : line.args[0].dump());
    return {{out, true}};
  }
  Packet packet;
  packet.name_space = line.name_space;
  Json args = line.args;
  if (line.form == Line::Form::ack) {
    packet.type = socket_io::Type::ack;
    packet.ack = owed_[line.name_space].empty() ? 0 : take(owed_[line.name_space]);
  } else {
    args.insert(args.begin(), line.name);
    if (line.asks) packet.ack = next_ack_++;
    if (line.asks) asked_[line.name_space].push_back(*packet.ack);
  }
  detach(args, packet.attachments);
  packet.json = args.dump();
  return messages_of(packet);
}

void Client::say(const Line& line) {
  for (Message& message : messages(line)) pending_.push_back(std::move(message));
  if (!line.goes_on) flush(End::none);
}

void Client::end(End how) {
  flush(how);
}

void Client::disconnect(const Line& line) {
  Packet packet;
  packet.type = socket_io::Type::disconnect;
  packet.name_space = line.name_space;
  pending_.push_back(messages_of(packet)[0]);
  if (!line.goes_on) flush(End::none);
}

void Client::flush(End how) {
  driver_->say(who_, std::exchange(pending_, {}), how);
}

std::string Client::join(const Line& line, Names& names) {
  Packet packet;
  packet.type = socket_io::Type::connect;
  packet.name_space = line.name_space;
  if (!line.args.is_null()) packet.json = line.args.dump();
  pending_.push_back(messages_of(packet)[0]);
  flush(End::none);
  // What a session missed is told before its client's connect is answered.
  std::deque<Word> missed;
  Word word = next(line.name_space);
  for (; word.packet.type == socket_io::Type::event && word.heard.kind == Heard::Kind::message;
       word = next(line.name_space)) {
    missed.push_back(std::move(word));
  }
  std::deque<Word>& heard = heard_[line.name_space];
  heard.insert(heard.begin(), missed.begin(), missed.end());
  if (word.heard.kind != Heard::Kind::message) return show(word.heard);
  const Json answer = Json::parse(word.packet.json, nullptr, false);
  const auto wanted = line.refused ? socket_io::Type::error : socket_io::Type::connect;
  const bool same = line.refused || !line.answer.is_null()
                        ? matches(line.refused ? Json{{"message", line.text}} : line.answer, answer, names)
                        : true;
  return word.packet.type == wanted && same ? "" : show(word.heard);
}

void Client::sort(Heard heard) {
  if (heard.kind != Heard::Kind::message) {
    end_ = std::move(heard);
    return;
  }
  if (!is_socket_io()) {
    heard_["/"].push_back({std::move(heard), {}});
    return;
  }
  auto packet = assembly_.add(heard.message);
  if (assembly_.broken()) {
    heard_["/"].push_back({std::move(heard), {}});
  } else if (packet) {
    heard.message = {packet->text, true};
    const std::string name_space = packet->name_space;
    heard_[name_space].push_back({std::move(heard), std::move(*packet)});
  }
}

Client::Word Client::next(const std::string& name_space) {
  std::deque<Word>& heard = heard_[name_space];
  while (heard.empty() && !end_) sort(driver_->hear(who_));
  if (heard.empty()) {
    Word word{*end_, {}};
    if (end_->kind == Heard::Kind::nothing) end_.reset();
    return word;
  }
  Word word = std::move(heard.front());
  heard.pop_front();
  return word;
}

std::string Client::hear(const Line& line, Names& names) {
  return check(line, next(line.name_space), names);
}

std::string Client::check(const Line& line, const Word& word, Names& names) {
  const Heard& heard = word.heard;
  if (heard.kind != Heard::Kind::message) return show(heard);
  const std::string& bytes = heard.message.bytes;
  const bool raw = line.form == Line::Form::raw;
  if (raw || line.form == Line::Form::binary) {
    const std::string wanted = (raw && is_engine() ? "4" : "") + line.text;
    return heard.message.text == raw && bytes == wanted ? "" : show(heard);
  }
  if (is_socket_io()) return check_packet(line, word, names);
  json::Document document;
  const auto event = dialect_->decode({true, bytes, {}, {}}, document, {});
  if (!event) return show(heard) + ": " + event.failure().message;
  const Json data = json::to_json(event->data);
  const bool same = line.args.empty() ? data.is_null() : matches(line.args[0], data, names);
  return event->name == line.name && same && line.args.size() <= 1 ? "" : show(heard);
}

std::string Client::check_packet(const Line& line, const Word& word, Names& names) {
  const Packet& packet = word.packet;
  Json args = Json::parse(packet.json, nullptr, false);
  attach(args, packet.attachments);
  if (line.form == Line::Form::ack) {
    if (packet.type != socket_io::Type::ack) return show(word.heard);
    auto& asked = asked_[line.name_space];
    if (asked.empty() || packet.ack != take(asked)) return show(word.heard) + ", which is not the next to be answered";
    return matches(line.args, args, names) ? "" : show(word.heard);
  }
  if (packet.type != socket_io::Type::event || packet.ack.has_value() != line.asks) return show(word.heard);
  if (packet.ack) owed_[line.name_space].push_back(*packet.ack);
  if (!args.is_array() || args.empty() || args[0] != Json(line.name)) return show(word.heard);
  args.erase(args.begin());
  return matches(line.args, args, names) ? "" : show(word.heard) + ' ' + args.dump();
}

/// A namespace that was left before is no surprise then.
std::string Client::closed(int code) {
  for (;;) {
    Word word = next("/");
    if (word.packet.type == socket_io::Type::disconnect) continue;
    if (word.heard.kind != Heard::Kind::closed) return "expected the end, " + show(word.heard);
    const bool other = code != 0 && word.heard.code != code;
    return other ? "closed with " + std::to_string(word.heard.code) : "";
  }
}

std::string Client::disconnected(const std::string& name_space) {
  const Word word = next(name_space);
  const bool told = word.heard.kind == Heard::Kind::message && word.packet.type == socket_io::Type::disconnect;
  return told ? "" : show(word.heard);
}

std::string Client::silent(const std::string& name_space) {
  for (Heard& heard : driver_->waiting(who_)) sort(std::move(heard));
  const auto& heard = heard_[name_space];
  if (!heard.empty()) return show(heard.front().heard);
  return end_ ? show(*end_) : "";
}

}  // namespace polygate::talks
