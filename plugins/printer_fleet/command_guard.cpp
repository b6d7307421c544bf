#include "plugins/printer_fleet/command_guard.h"

#include <algorithm>
#include <stdexcept>

namespace printer_fleet {
namespace {

using polygate::Call;
using polygate::Json;
using polygate::Outcome;
using polygate::Settings;

/// Moving, homing, heating, fans, asking: what a dashboard's buttons need.
const Json everyday_codes() {
  return {"G0",   "G1",   "G2",   "G3",   "G4",   "G10",  "G11",  "G20",  "G21",  "G28",  "G29",  "G90",
          "G91",  "G92",  "M17",  "M18",  "M82",  "M83",  "M84",  "M104", "M105", "M106", "M107", "M109",
          "M114", "M115", "M119", "M140", "M155", "M190", "M220", "M221", "M400", "T*"};
}

/// Emergency stop, writing and resetting the settings in the printer's memory, firmware update.
const Json dangerous_codes() {
  return {"M112", "M500", "M502", "M997"};
}

void expect_mapping(const Json& value, const std::string& place) {
  if (!value.is_object()) throw std::invalid_argument(place + " must be a mapping, found " + value.dump());
}

[[noreturn]] void unknown_key(const std::string& place, const std::string& key, const std::string& expected) {
  throw std::invalid_argument(place + ": unknown key `" + key + "`, expected " + expected);
}

}  // namespace

CodeList::CodeList(const Json& list, const std::string& place) {
  if (!list.is_array())
    throw std::invalid_argument(place + " must be a list such as [G28, M104, T*], found " + list.dump());
  for (const Json& item : list) {
    const std::string text = item.is_string() ? item.get<std::string>() : item.dump();
    if (text == "G*" || text == "M*" || text == "T*") {
      letters_ += text.front();
      continue;
    }
    const ParsedCode parsed = parse_code(text);
    if (!parsed.fault.empty()) throw std::invalid_argument(place + ": `" + text + "`: " + parsed.fault);
    codes_.push_back(parsed.code);
  }
  std::sort(codes_.begin(), codes_.end());
}

bool CodeList::has(const Code& code) const {
  return letters_.find(code.letter) != std::string::npos || std::binary_search(codes_.begin(), codes_.end(), code);
}

bool CommandGuard::Lists::read(const std::string& key, const Json& value, const std::string& place) {
  if (key != "allow" && key != "deny") return false;
  (key == "allow" ? allow : deny) = CodeList(value, place + "." + key);
  return true;
}

CommandGuard::CommandGuard(const Settings& settings)
    : everyone_{CodeList(everyday_codes(), "allow"), CodeList(dangerous_codes(), "deny")} {
  const auto gcode = settings.values.find("gcode");
  if (gcode == settings.values.end()) return;
  const std::string place = "settings.gcode";
  expect_mapping(*gcode, place);
  for (const auto& [key, value] : gcode->items()) {
    if (everyone_.read(key, value, place)) continue;
    if (key == "roles") {
      read_roles(value, place + ".roles");
    } else if (key == "role_claim") {
      if (!value.is_string()) throw std::invalid_argument(place + ".role_claim must be the name of a claim");
      role_claim_ = value.get<std::string>();
    } else {
      unknown_key(place, key, "allow, deny, roles or role_claim");
    }
  }
}

void CommandGuard::read_roles(const Json& roles, const std::string& place) {
  expect_mapping(roles, place);
  for (const auto& [role, lists] : roles.items()) {
    expect_mapping(lists, place + "." + role);
    for (const auto& [key, value] : lists.items()) {
      if (!roles_[role].read(key, value, place + "." + role)) unknown_key(place + "." + role, key, "allow or deny");
    }
  }
}

Outcome CommandGuard::operator()(const Call& call) const {
  const auto command = call.data.is_object() ? call.data.find("command") : call.data.end();
  if (command == call.data.end() || !command->is_string()) {
    return Outcome::refuse("data.command must be text with one G-code command, such as G28");
  }
  const ParsedCode parsed = parse_command(command->get_ref<const std::string&>());
  if (!parsed.fault.empty()) return Outcome::refuse("command, " + parsed.fault);
  return permit(parsed.code, call);
}

Outcome CommandGuard::permit(const Code& code, const Call& call) const {
  const std::vector<const Lists*> own = lists_for(call);
  const auto denies = [&](const Lists* lists) { return lists->deny.has_or_covers(code); };
  const auto allows = [&](const Lists* lists) { return lists->allow.has(code); };
  if (std::any_of(own.begin(), own.end(), denies)) return Outcome::refuse(code.text() + " is denied to your role");
  if (std::any_of(own.begin(), own.end(), allows)) return Outcome::accept();
  if (denies(&everyone_)) return Outcome::refuse(code.text() + " is dangerous and your role may not send it");
  if (allows(&everyone_)) return Outcome::accept();
  return Outcome::refuse(code.text() + " is not among the commands that may be sent");
}

std::vector<const CommandGuard::Lists*> CommandGuard::lists_for(const Call& call) const {
  std::vector<const Lists*> found;
  const auto add = [&](const std::string& role) {
    if (const auto lists = roles_.find(role); lists != roles_.end()) found.push_back(&lists->second);
  };
  add(call.role);
  if (!call.claims.is_object()) return found;
  const auto claim = call.claims.find(role_claim_);
  if (claim == call.claims.end()) return found;
  if (claim->is_string()) add(claim->get<std::string>());
  if (claim->is_array()) {
    for (const Json& role : *claim) {
      if (role.is_string()) add(role.get<std::string>());
    }
  }
  return found;
}

}  // namespace printer_fleet
