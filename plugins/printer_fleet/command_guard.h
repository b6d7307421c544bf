#pragma once
#include <string>
#include <unordered_map>
#include <vector>

#include "gateway/plugin/plugin.h"
#include "plugins/printer_fleet/gcode.h"

namespace printer_fleet {

/// Codes that a setting lists: single ones (M104, G38.2) and whole letters (`T*`).
class CodeList {
 public:
  CodeList() = default;
  /// Of a list of texts; throws a sentence that begins with `place` for one that is no code.
  CodeList(const polygate::Json& list, const std::string& place);

  bool has(const Code& code) const;
  /// Also true for a variant whose plain code is listed: a firmware without variants runs M112.1 as M112.
  bool has_or_covers(const Code& code) const { return has(code) || has({code.letter, code.number, 0}); }

 private:
  std::vector<Code> codes_;  // sorted
  std::string letters_;
};

/// Lets exactly one well-formed, permitted G-code command pass to a printer, in `data.command`; the event itself is not
/// touched. An inline handler, stateless after its construction. Its settings, all optional:
///
///     gcode:
///       allow: [G0, G1, G28, M104, T*]           # instead of a built-in list of everyday commands
///       deny: [M112, M500, M502, M997]           # instead of the same list; stronger than allow
///       roles: {operator: {allow: [M112]}}       # for these senders more or less; stronger than both of the above
///       role_claim: role                         # the token's claim (text or list) that adds to the sender's role
class CommandGuard {
 public:
  explicit CommandGuard(const polygate::Settings& settings);
  polygate::Outcome operator()(const polygate::Call& call) const;

 private:
  struct Lists {
    CodeList allow;
    CodeList deny;
    /// Takes those that the settings at `place` name.
    void read(const polygate::Json& lists, const std::string& place);
  };
  std::vector<const Lists*> lists_for(const polygate::Call& call) const;
  polygate::Outcome permit(const Code& code, const polygate::Call& call) const;

  Lists everyone_;
  std::unordered_map<std::string, Lists> roles_;
  std::string role_claim_ = "role";
};

}  // namespace printer_fleet
