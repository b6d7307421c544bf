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

}  // namespace

CodeList::CodeList(const Json& list, const std::string& place) {
  for (const Json& item : list) {
    const auto& text = item.get_ref<const std::string&>();
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

void CommandGuard::Lists::read(const Json& lists, const std::string& place) {
  if (lists.contains("allow")) allow = CodeList(lists["allow"], place + ".allow");
  if (lists.contains("deny")) deny = CodeList(lists["deny"], place + ".deny");
}

CommandGuard::CommandGuard(const Settings& settings)
    : everyone_{CodeList(everyday_codes(), "allow"), CodeList(dangerous_codes(), "deny")} {
  const Json gcode = settings.values.value("gcode", Json::object());
  everyone_.read(gcode, "settings.gcode");
  role_claim_ = gcode.value("role_claim", role_claim_);
  const Json roles = gcode.value("roles", Json::object());
  for (const auto& [role, lists] : roles.items()) roles_[role].read(lists, "settings.gcode.roles." + role);
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
